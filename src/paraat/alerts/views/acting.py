"""What every button of these screens does: call one action, say in words what came of it, and go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role
from paraat.platform.guard import Request
from paraat.platform.pages import words_for

ROOM = (Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.PARTNER, Role.OBSERVER)
"""Who reads these screens; what of it, `visible_to` decides."""
WORKS = (Role.DUTY_OFFICER, Role.COORDINATOR)
"""Who acts on them."""
WATCHES = (*WORKS, Role.AUDITOR)
"""Who reads what is for the team: telephone numbers, addresses."""


def officer_of(request: Request) -> User:
    """The account that acts; these pages are for who is signed in."""
    return cast("User", request.user)


def found(rows: QuerySet[Any], pk: UUID) -> Any:
    """The row, or 404: what one may not see does not exist."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def act(request: Request, deed: Callable[[], Any], done: str, *, back: str) -> HttpResponse:
    """Do `deed`; say `done`, or what stood in its way; then go where the form asked (`next`, on this site only), else `back`."""
    try:
        deed()
        messages.success(request, done)
    except Conflict as error:
        unchanged = _("Nothing was changed.")
        messages.warning(request, f"{words_for(error)}. {unchanged}")
    except (Invalid, NotAllowed) as error:
        messages.error(request, words_for(error))
    return HttpResponseRedirect(_next(request) or back)


def _next(request: Request) -> str:
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""
