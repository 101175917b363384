"""What the platform itself registers."""

from __future__ import annotations

from paraat.platform import checks
from paraat.platform.channels import checks as channel_checks

checks.register()
channel_checks.register()
