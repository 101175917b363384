"""The emergency cloud: minimal services for a victim within minutes, proven by real clients, with its data restored and its end proven."""
