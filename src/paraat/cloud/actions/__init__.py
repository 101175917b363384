"""The only writers of the app's tables: one verb per function."""
