"""Pure vocabulary of the house. Standard library only: no Django, no I/O, no clock."""
