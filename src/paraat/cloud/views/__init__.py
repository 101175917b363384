"""Pages of the emergency cloud."""
