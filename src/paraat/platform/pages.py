"""What every page that does something needs: do it, and say in the reader's language what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from paraat.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, ParaatError, Refused, Unreachable

T = TypeVar("T")

WORDS: dict[type[ParaatError], Any] = {
    Conflict: _("Somebody else changed this first; nothing was written."),
    Invalid: _("The input cannot be accepted."),
    NotAllowed: _("This account may not do that."),
    NotFound: _("There is no such object, or this account may not see it."),
    Unreachable: _("A service outside did not answer; it will be tried again."),
    Refused: _("A service outside refused this for good."),
}
"""The docstrings of the kernel's errors, where the translators find them."""


def attempt(request: HttpRequest, deed: Callable[[], T], said: str | Promise = "") -> T | None:
    """Run `deed`. Tells the person `said` when it went well, else why not, and gives None. What is not to be seen is a 404.

    if attempt(request, lambda: take_task(task=task, officer=me, by=request.actor), _("You have it.")) ...
    """
    try:
        done = deed()
    except NotFound as error:
        raise Http404 from error
    except ParaatError as error:
        messages.error(request, words_for(error))
        return None
    if said:
        messages.success(request, str(said))
    return done


def words_for(error: ParaatError) -> str:
    """The error in the reader's language: its own message, else that of its kind."""
    own = str(error)
    kinds = [kind for kind in type(error).__mro__ if kind in WORDS]
    if kinds and own == (kinds[0].__doc__ or "").strip():
        return str(WORDS[kinds[0]])
    return own
