"""Operations of the API about the emergency cloud; one file per noun."""

from __future__ import annotations

from paraat.platform.api import Operations

operations = Operations()
