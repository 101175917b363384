"""What every page that does something needs: do it, and say in the reader's language what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext

from paraat.kernel.errors import NotFound, ParaatError

T = TypeVar("T")


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
    """The error in the reader's language, with what it names (file, row, field). The catalogues hold the sentences with which errors are raised."""
    named = ", ".join(str(value) for value in error.context.values() if value not in (None, ""))
    return f"{gettext(error.said)} ({named})" if named else gettext(error.said)
