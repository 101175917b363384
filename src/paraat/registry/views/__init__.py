"""Pages of the registry: the list, one organisation, its editing, imports, and a contact's own page behind a signed link."""
