"""The methods that an authorisation names: each is allowed, forbidden, or (when it is neither) not allowed."""

from __future__ import annotations

from collections.abc import Collection

METHODS = (
    "reading",
    "scanning",
    "web",
    "passwords",
    "exploiting",
    "inside",
    "wireless",
    "physical",
    "load",
    "social",
)
"""In the order of the paper: public sources, port and version scans, web applications, guessing passwords, using a vulnerability, going on from
a system that was entered, wireless networks, buildings, load that may take a service down, and deceiving people."""
SOCIAL = "social"
DEFAULT = ("reading", "scanning", "web")
"""What an engagement begins with; everything else is asked for."""


def why_not(method: str, *, allowed: Collection[str], forbidden: Collection[str], social: bool) -> str:
    """Why a method may not be used: "unknown", "forbidden", "social" (no permission in words) or "not_allowed"; "" when it may."""
    if method not in METHODS:
        return "unknown"
    if method in forbidden:
        return "forbidden"
    if method == SOCIAL and not social:
        return "social"
    return "" if method in allowed else "not_allowed"
