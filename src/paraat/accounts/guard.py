"""The guard of every page, under the name by which the higher apps know it. It lives in `platform.guard`, since registry stands below accounts."""

from __future__ import annotations

from paraat.platform.guard import EVERYBODY, Request, allow, is_marked, public

__all__ = ["EVERYBODY", "Request", "allow", "is_marked", "public"]
