"""Calendar and contacts: one of each shared by all accounts (radicale: CalDAV and CardDAV), loaded with the call list."""
