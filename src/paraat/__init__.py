"""Paraat, the cyber war room of a region: warn, respond, recover, learn."""

__version__ = "0.4.0"
