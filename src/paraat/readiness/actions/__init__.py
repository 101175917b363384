"""The only writers of this floor: one file per noun."""
