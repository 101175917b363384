"""Citizen intake and appointments, for while the town hall's own systems are down. It books and prepares; it declares nothing."""
