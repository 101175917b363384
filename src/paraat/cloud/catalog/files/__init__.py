"""Shared files: a folder for all accounts, by browser and by WebDAV (copyparty)."""
