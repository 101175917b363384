"""Security headers: a strict Content-Security-Policy with no inline code, and the like."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_FEATURES = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


def policy(live: str, provider: str = "") -> str:
    """The Content-Security-Policy; `live` is the origin of the live process when it is not ours, `provider` that of the identity provider.

    A browser applies form-action to the redirect that answers a form too, and signing in elsewhere begins with a form.
    """
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {live}".strip(),
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            f"form-action 'self' {provider}".strip(),
        ]
    )


class SecurityHeadersMiddleware:
    """Puts the policy on every answer. Pages are not kept by caches unless the view says otherwise: they show who may be attacked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", _FEATURES)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
