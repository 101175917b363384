"""The on-call roster, and everybody's private calendar of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.accounts import actions, links, rules
from paraat.accounts.forms import ShiftForm
from paraat.accounts.models import Membership, Shift, User
from paraat.formats.icalendar import Event, calendar
from paraat.kernel.marking import TEAM, Role
from paraat.platform import moment
from paraat.platform.crypto import BadLink, ExpiredLink
from paraat.platform.guard import Request, allow, public
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table

AHEAD = timedelta(days=14)
"""How far ahead holes are looked for."""


@allow(*TEAM, Role.ADMINISTRATOR, Role.AUDITOR)
@require_safe
def roster(request: Request) -> HttpResponseBase:
    """Who is on call now, where the coming two weeks have holes, and every shift that is not over."""
    now = moment.now()
    table = Table(
        request,
        _of_whom(Shift.objects.filter(ends_at__gt=now)),
        name="roster",
        columns=[
            Column("starts_at", _("From"), sort="starts_at"),
            Column("ends_at", _("Until"), sort="ends_at"),
            Column("position", _("Position"), value=lambda row: row.get_position_display()),
            Column("user", _("Who"), sort="user__name"),
            Column("organisation", _("Organisation"), value=lambda row: ", ".join(row.organisations)),
        ],
        search=["user__name"],
        filters=[Filter("position", _("Position"), Shift.Position.choices)],
        order="starts_at",
        empty=_("Nobody is on the roster."),
        hint=_("Add a shift: without one everybody of the team is paged."),
    )
    shifts = list(_of_whom(Shift.objects.filter(ends_at__gt=now, starts_at__lt=now + AHEAD)))
    context = {
        "now": now,
        "on_call": _on_call(shifts, now),
        "gaps": _gaps(shifts, now),
        "form": ShiftForm(),
        "may_change": request.viewer.is_team,
        "calendar": links.calendar_url(_me(request), now) if request.viewer.is_team else "",
        "everybody": links.roster_url(_me(request), now) if request.viewer.is_team else "",
    }
    return table.answer("accounts/roster.html", context)


def _of_whom(shifts: QuerySet[Shift]) -> QuerySet[Any]:
    """Shifts with their people, and as `organisations` the names of those for which each works: the team is made up of several."""
    held = Membership.objects.in_force().filter(user=OuterRef("user"), organisation__isnull=False)
    names = held.order_by("organisation__name").values("organisation__name").distinct()
    return shifts.select_related("user").annotate(organisations=ArraySubquery(names))


def _me(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # the guard let him in
    return request.user


def _on_call(shifts: Iterable[Shift], now: datetime) -> list[tuple[str, list[Shift]]]:
    running = [shift for shift in shifts if shift.starts_at <= now < shift.ends_at]
    return [
        (str(label), [shift for shift in running if shift.position == position])
        for position, label in Shift.Position.choices
    ]


def _gaps(shifts: Iterable[Shift], now: datetime) -> list[tuple[str, datetime, datetime]]:
    rows = [rules.OnCall(one.user_id, one.position, one.starts_at, one.ends_at) for one in shifts]
    return [
        (str(label), start, end)
        for position, label in Shift.Position.choices
        for start, end in rules.gaps(rows, position, now, now + AHEAD)
    ]


@allow(*TEAM)
@require_POST
def add(request: Request) -> HttpResponse:
    """Put somebody on call."""
    form = ShiftForm(request.POST)
    if form.is_valid():
        done = attempt(request, lambda: actions.add_shift(by=request.actor, **form.cleaned_data), _("Added."))
        if done is not None:
            return redirect("roster")
    return render(request, "accounts/shift.html", {"form": form, "shift": None}, status=422)


@allow(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: Request, shift: UUID) -> HttpResponse:
    """Change one shift, swap it with another, or take it off."""
    found = get_object_or_404(Shift.objects.select_related("user"), pk=shift)
    form = ShiftForm(request.POST) if request.method == "POST" else ShiftForm.of(found)
    if form.is_bound and form.is_valid():
        attempt(
            request, lambda: actions.change_shift(shift=found, by=request.actor, **form.cleaned_data), _("Changed.")
        )
        return redirect("roster")
    others = Shift.objects.filter(ends_at__gt=moment.now()).exclude(user=found.user_id).select_related("user")
    context = {"form": form, "shift": found, "others": others[:100]}
    return render(request, "accounts/shift.html", context, status=422 if form.errors else 200)


@allow(*TEAM)
@require_POST
def swap(request: Request, shift: UUID) -> HttpResponse:
    """Two people take each other's shift."""
    one = get_object_or_404(Shift, pk=shift)
    other = get_object_or_404(Shift, pk=_uuid(request.POST.get("other", "")))
    attempt(request, lambda: actions.swap_shifts(one=one, other=other, by=request.actor), _("Swapped."))
    return redirect("roster")


@allow(*TEAM)
@require_POST
def remove(request: Request, shift: UUID) -> HttpResponse:
    """Take a shift off the roster."""
    found = get_object_or_404(Shift, pk=shift)
    attempt(request, lambda: actions.remove_shift(shift=found, by=request.actor), _("Taken off the roster."))
    return redirect("roster")


@public
@require_safe
def own_calendar(request: Request, token: str) -> HttpResponse:  # noqa: ARG001  # Django gives it
    """The shifts of whoever this private address belongs to, for his calendar program."""
    now = moment.now()
    try:
        user = User.objects.active().get(pk=links.read_calendar(token, now))
    except (BadLink, ExpiredLink, User.DoesNotExist) as error:
        raise Http404 from error
    with translation.override(user.language):
        content = calendar("Paraat", [_event(one) for one in user.shifts.filter(ends_at__gt=now - AHEAD)], written=now)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _event(one: Shift) -> Event:
    return Event(f"{one.pk}@paraat", one.starts_at, one.ends_at, str(one.get_position_display()))


@public
@require_safe
def whole_calendar(request: Request, token: str) -> HttpResponse:  # noqa: ARG001  # Django gives it
    """Everybody's shifts, for the calendar program of somebody of the team; the address stops working when he leaves it."""
    now = moment.now()
    try:
        user = User.objects.active().get(pk=links.read_roster(token, now))
    except (BadLink, ExpiredLink, User.DoesNotExist) as error:
        raise Http404 from error
    if not Membership.objects.in_force().filter(user=user, role__in=rules.ON_CALL_ROLES).exists():
        raise Http404
    with translation.override(user.language):
        shifts = _of_whom(Shift.objects.filter(ends_at__gt=now - AHEAD))
        content = calendar("Paraat", [_named(one) for one in shifts], written=now)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _named(one: Any) -> Event:
    who = ", ".join([one.user.name, *one.organisations])
    return Event(f"{one.pk}@paraat", one.starts_at, one.ends_at, f"{one.get_position_display()}: {who}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
