"""What war rooms subscribe to and register with the platform."""

from __future__ import annotations
