"""What the pages of allauth, which come as Django templates, need of the frame that all our pages have."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from paraat.platform.jinja import banners_for


def banners(request: HttpRequest) -> dict[str, Any]:
    """What must be on every page at this moment: an exercise runs, all sending is stopped."""
    return {"stripes": list(banners_for(request))}
