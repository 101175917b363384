"""Pages of accounts: oneself, people and their roles, the roster, and what waits for a person."""
