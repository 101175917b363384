"""Everything that writes the registry, one file per noun."""
