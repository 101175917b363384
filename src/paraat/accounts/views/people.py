"""People and their roles: the administrator's pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.accounts import actions, links
from paraat.accounts.forms import PersonForm, RoleForm
from paraat.accounts.models import Membership, User
from paraat.accounts.words import ROLES
from paraat.kernel.marking import Role
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table


@allow(Role.ADMINISTRATOR)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """Everybody with an account."""
    in_force = Q(memberships__in=Membership.objects.in_force())
    rows = User.objects.with_rights().annotate(
        role_names=ArrayAgg("memberships__role", filter=in_force, distinct=True, default=[])
    )
    table = Table(
        request,
        rows,
        name="people",
        columns=[
            Column("name", _("Name"), sort="name"),
            Column("email", _("Mail address"), sort="email"),
            Column("roles", _("Roles"), value=lambda row: ", ".join(str(ROLES[Role(one)]) for one in row.role_names)),
            Column("second_factor", _("Second step"), value=lambda row: row.has_second_factor),
            Column("last_login", _("Last signed in"), sort="last_login"),
        ],
        search=["name", "email"],
        filters=[
            Filter("role", _("Role"), [(str(role), words) for role, words in ROLES.items()], apply=_with_role),
            Filter("state", _("State"), [("open", _("open")), ("closed", _("closed"))], apply=_in_state),
        ],
        order="name",
        empty=_("Nobody has an account yet."),
    )
    return table.answer("accounts/people.html", {"roles": ROLES})


def _with_role(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(pk__in=Membership.objects.in_force().filter(role=value).values("user"))


def _in_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(is_active=value == "open")


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Add a person; the next page gives the link by which he chooses a password."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = attempt(request, lambda: actions.add_person(by=request.actor, **form.cleaned_data), _("Added."))
        if user is not None:
            return redirect("person", person=user.pk)
    return render(request, "accounts/person_add.html", {"form": form}, status=422 if form.errors else 200)


@allow(Role.ADMINISTRATOR)
@require_safe
def person(request: Request, person: UUID) -> HttpResponse:
    """One person: roles, and what an administrator can do for him."""
    return _page(request, get_object_or_404(User, pk=person), RoleForm())


def _page(request: Request, user: User, form: RoleForm, welcome: str = "") -> HttpResponse:
    memberships = user.memberships.in_force().select_related("organisation", "contact")
    context = {"person": user, "memberships": memberships, "form": form, "roles": ROLES, "welcome": welcome}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@allow(Role.ADMINISTRATOR)
@require_POST
def give_role(request: Request, person: UUID) -> HttpResponse:
    """Give a role."""
    user, form = get_object_or_404(User, pk=person), RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form)
    role, of = Role(form.cleaned_data["role"]), form.cleaned_data["organisation"] or None
    attempt(
        request,
        lambda: actions.give_role(user=user, role=role, organisation=of, by=request.actor),
        _("The role is given."),
    )
    return redirect("person", person=person)


@allow(Role.ADMINISTRATOR)
@require_POST
def end_role(request: Request, person: UUID, membership: UUID) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(Membership, pk=membership, user=person)
    attempt(request, lambda: actions.end_role(membership=found, by=request.actor), _("The role has ended."))
    return redirect("person", person=person)


@allow(Role.ADMINISTRATOR)
@require_POST
def close(request: Request, person: UUID) -> HttpResponse:
    """Close an account."""
    user = get_object_or_404(User, pk=person)
    attempt(request, lambda: actions.close_account(user=user, by=request.actor), _("The account is closed."))
    return redirect("person", person=person)


@allow(Role.ADMINISTRATOR)
@require_POST
def reopen(request: Request, person: UUID) -> HttpResponse:
    """Open a closed account again."""
    user = get_object_or_404(User, pk=person)
    attempt(request, lambda: actions.open_account(user=user, by=request.actor), _("The account is open."))
    return redirect("person", person=person)


@allow(Role.ADMINISTRATOR)
@require_POST
def welcome(request: Request, person: UUID) -> HttpResponse:
    """Make the link by which somebody chooses a password, to hand over; it is shown on the answer and nowhere else."""
    user = get_object_or_404(User.objects.active(), pk=person)
    link = attempt(request, lambda: _welcome(request, user))
    return _page(request, user, RoleForm(), welcome=link or "")


def _welcome(request: Request, user: User) -> str:
    actions.note_welcome(user=user, by=request.actor)
    return links.welcome_url(user)


@allow(Role.ADMINISTRATOR)
@require_POST
def erase(request: Request, person: UUID) -> HttpResponse:
    """Forget who somebody was."""
    user = get_object_or_404(User, pk=person, is_active=False)
    attempt(request, lambda: actions.erase_account(user=user, by=request.actor), _("The person is forgotten."))
    return redirect("people")
