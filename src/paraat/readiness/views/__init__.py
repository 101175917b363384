"""The screens of this floor: one file per noun."""
