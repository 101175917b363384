"""Who looks and who acts, on every request; and the last door: a view that nobody marked is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from paraat.accounts import rules
from paraat.accounts.models import User
from paraat.accounts.sign_in_pages import SIGN_IN_PAGES
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import ANONYMOUS, Viewer
from paraat.platform import configuration
from paraat.platform.guard import Request, is_marked, sent_to

NOBODY = Actor(ActorKind.CONTACT, None, "")
"""Who acts when nobody signed in. A page with a signed link puts the contact of the link in its place."""


class UnmarkedView(ParaatError):
    """This view carries neither @allow nor @public, so it is refused."""


class ViewerMiddleware:
    """Sets `request.viewer` and `request.actor`, the user's language and time zone; one query when somebody is signed in, none otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing who asks."""
        asked = cast("Request", request)
        asked.viewer, asked.actor = ANONYMOUS, NOBODY
        if request.user.is_authenticated:
            _introduce(asked, request.user)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what nobody marked; send who lacks a second factor to set one up."""
        match = request.resolver_match
        if match and match.view_name in SIGN_IN_PAGES:
            return None
        if view.__module__.startswith("allauth."):
            raise Http404
        if not is_marked(view):
            if request.path.startswith("/accounts/"):  # allauth's redirects from addresses it once had
                raise Http404
            raise UnmarkedView(view=f"{view.__module__}.{getattr(view, '__qualname__', view)}")
        if view.allowed_roles is not None and _lacks_second_factor(request):  # type: ignore[attr-defined]
            messages.warning(request, _("Your role needs a second step when you sign in. Set one up to go on."))
            return sent_to(request, reverse("mfa_index"))
        return None


def viewer_of(user: User) -> Viewer:
    """The viewer of an account, without a query when it was loaded with its rights."""
    known: Any = user if hasattr(user, "held") else User.objects.with_rights().get(pk=user.pk)
    return rules.viewer(known.pk, known.held, known.clients)


def actor_of(user: User) -> Actor:
    """The actor that an account is in the journal."""
    return Actor(ActorKind.USER, user.pk, str(user))


def _introduce(request: Request, user: User) -> None:
    request.viewer, request.actor = viewer_of(user), actor_of(user)
    translation.activate(user.language)
    request.LANGUAGE_CODE = user.language
    timezone.activate(user.timezone)


def _lacks_second_factor(request: HttpRequest) -> bool:
    viewer = cast("Request", request).viewer
    if not rules.must_have_second_factor(viewer.roles) or not second_factor_is_required():
        return False
    return not getattr(request.user, "has_second_factor", False)


def second_factor_is_required() -> bool:
    """Not in the demonstration, where one enters without a password; nor where the identity provider asks for it already."""
    return configuration.SECOND_FACTOR.get() and not configuration.is_demonstration()
