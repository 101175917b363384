"""What a person reads when something goes wrong: what happened, and what to do next. These pages need no database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.utils.translation import gettext as _

from paraat.platform.guard import public
from paraat.platform.requests import REQUEST_ID


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400."""
    return _page(request, 400, _("This request cannot be understood"), _("Go back, load the page again and retry."))


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403."""
    return _page(
        request,
        403,
        _("You may not see this"),
        _("Your account has no role for this page. Ask the coordinator of the team."),
    )


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404. What one may not see does not exist either."""
    text = _("The address is wrong, or what it showed is not for your account.")
    return _page(request, 404, _("There is nothing here"), text)


@public
def broken(_request: HttpRequest) -> HttpResponse:
    """500. Alone on its page: whatever the frame needs may be what is broken."""
    template = engines["house"].get_template("web/broken.html")
    return HttpResponse(template.render({"reference": REQUEST_ID.get()}), status=500)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text, "reference": REQUEST_ID.get()}
    return render(request, "web/error.html", context, status=status)
