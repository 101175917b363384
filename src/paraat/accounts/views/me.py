"""One's own account: profile, where one is signed in, tokens."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.accounts import actions, links
from paraat.accounts.forms import ProfileForm, TokenForm
from paraat.accounts.models import User
from paraat.accounts.words import ROLES
from paraat.platform import moment
from paraat.platform.guard import EVERYBODY, Request, allow
from paraat.platform.pages import attempt


@allow(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: Request) -> HttpResponse:
    """The profile, with the sessions and the ways to sign in."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(user)
    if form.is_bound and form.is_valid():
        attempt(request, lambda: actions.change_profile(user=user, by=request.actor, **form.cleaned_data), _("Saved."))
        return redirect("me")
    now = moment.now()
    context = {
        "form": form,
        "now": now,
        "roles": [ROLES[role] for role in sorted(request.viewer.roles)],
        "sessions": UserSession.objects.filter(user=user).order_by("-last_seen_at"),
        "session_key": request.session.session_key,
        "calendar": links.calendar_url(user, now) if request.viewer.is_team else "",
    }
    return render(request, "accounts/me.html", context, status=422 if form.errors else 200)


@allow(*EVERYBODY)
@require_POST
def end_session(request: Request, session: int) -> HttpResponse:
    """Sign out somewhere else."""
    user = cast("User", request.user)
    attempt(request, lambda: actions.end_session(user=user, session=session, by=request.actor), _("Signed out there."))
    return redirect("me")


@allow(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Request) -> HttpResponse:
    """One's tokens; a new one is shown once, on the page that answers its making."""
    user, form = cast("User", request.user), TokenForm(request.POST or None)
    issued = None
    if request.method == "POST" and form.is_valid():
        issued = attempt(request, lambda: _issue(request, user, form))
        form = TokenForm() if issued else form
    rows = user.tokens.order_by("-created_at")
    context = {"form": form, "tokens": rows, "text": issued, "now": moment.now()}
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


def _issue(request: Request, user: User, form: TokenForm) -> str:
    asked = form.cleaned_data
    _token, text = actions.issue_token(
        user=user,
        name=asked["name"],
        scopes=asked["scopes"],
        by=request.actor,
        expires_at=form.expires_at(moment.now()),
    )
    return text


@allow(*EVERYBODY)
@require_POST
def revoke_token(request: Request, token: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    found = get_object_or_404(cast("User", request.user).tokens, pk=token)
    attempt(request, lambda: actions.revoke_token(token=found, by=request.actor), _("The token has ended."))
    return redirect("tokens")
