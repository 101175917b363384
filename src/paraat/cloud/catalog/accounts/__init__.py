"""Accounts of a tenant: a one-time code lets its holder choose a password, which then opens mail, files, calendar and chat."""
