"""The one way in: TLS for all tenants, by name, in one place."""
