"""What the platform itself registers."""

from __future__ import annotations

from paraat.platform import checks

checks.register()
