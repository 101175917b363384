"""Announcements: written to an audience, shown as they will read, approved by a second person above 25, then sent like any alert."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.audience import doubles, recipients
from paraat.alerts.forms import AnnouncementForm, ReasonForm
from paraat.alerts.models import Alert
from paraat.alerts.views.acting import ROOM, WORKS, act, found, officer_of
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation, Supply

WRITES = (*WORKS, Role.PARTNER)
"""Who may write; a partner writes in the name of its own organisation. Sending is the team's."""
SHOWN = 200
"""Recipients that the preview names; the number is always the whole."""


@require_safe
@allow(*ROOM)
def listing(request: Request) -> HttpResponseBase:
    """Announcements of every sender, newest first."""
    rows = _announcements(request)
    table = Table(
        request,
        rows,
        name="announcements",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column(
                "title",
                gettext_lazy("Title"),
                value=lambda row: row.title.get(get_language()) or next(iter(row.title.values()), ""),
            ),
            Column(
                "sender",
                gettext_lazy("Sender"),
                sort="sender__name",
                value=lambda row: row.sender.name if row.sender else "",
            ),
            Column("audience", gettext_lazy("To whom"), value=lambda row: in_words(row.audience)),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("created_at", gettext_lazy("Written"), sort="created_at"),
        ],
        search=["number", "title", "sender__name"],
        filters=[Filter("state", gettext_lazy("State"), Alert.State.choices)],
        order="-created_at",
        empty=gettext_lazy("No announcement yet."),
        hint=gettext_lazy("Write one when several organisations must know or do something."),
    )
    return table.answer("alerts/announcements.html", {"writes": request.viewer.has(*WRITES), "in_words": in_words})


@require_http_methods(["GET", "POST"])
@allow(*WRITES)
def write(request: Request) -> HttpResponse:
    """Write one; it is a draft until somebody sends it."""
    form = AnnouncementForm(request.POST or None, audiences=_audiences(request))
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(f"/announcements/{_draft(request, form).pk}/")
        except Invalid as error:
            form.add_error(None, words_for(error))
    return render(request, "alerts/announcement_write.html", {"form": form}, status=400 if form.errors else 200)


def _draft(request: Request, form: AnnouncementForm) -> Alert:
    values = form.cleaned_data
    return actions.draft_announcement(
        by=request.actor,
        author=officer_of(request),
        sender=_sender(request),
        audience=form.to(),
        title=form.texts("title"),
        text=form.texts("text"),
        severity=values["severity"],
        tlp=values["tlp"],
        valid_until=values["valid_until"],
        exercise=values["exercise"],
    )


def _sender(request: Request) -> Organisation | None:
    """The partner for which the author works; the team itself when there is none."""
    return Organisation.objects.filter(pk__in=request.viewer.own, kind=Organisation.Kind.PARTNER).first()


def _audiences(request: Request) -> list[Any]:
    """Everybody, a province, a kind, or the customers of a supplier."""
    seen = Organisation.objects.visible_to(request.viewer)
    provinces = [
        (f"province:{nis}", name)
        for nis, name in seen.filter(kind="province").order_by("name").values_list("nis", "name")
    ]
    kinds = [
        (f"kind:{kind}", label) for kind, label in Organisation.Kind.choices if kind not in {"provider", "partner"}
    ]
    serving = Organisation.objects.filter(pk__in=Supply.objects.values("supplier")).order_by("name")
    suppliers = [(f"supplier:{pk}", name) for pk, name in serving.values_list("pk", "name")]
    groups = [(_("A province"), provinces), (_("A kind"), kinds), (_("The customers of"), suppliers)]
    return [("all", _("Everybody")), *[group for group in groups if group[1]]]


def in_words(audience: dict[str, Any]) -> str:
    """An audience as people say it."""
    said = []
    if "province" in audience:
        name = (
            Organisation.objects.filter(kind="province", nis=audience["province"])
            .values_list("name", flat=True)
            .first()
        )
        said.append(_("province %(name)s") % {"name": name or audience["province"]})
    if "kind" in audience:
        said.append(str(dict(Organisation.Kind.choices).get(audience["kind"], audience["kind"])))
    if "supplier" in audience:
        name = Organisation.objects.filter(pk=audience["supplier"]).values_list("name", flat=True).first()
        said.append(_("customers of %(name)s") % {"name": name or audience["supplier"]})
    if "organisations" in audience:
        named = (
            Organisation.objects.filter(pk__in=audience["organisations"])
            .order_by("name")
            .values_list("name", flat=True)
        )
        said += list(named[:5]) + (["..."] if len(audience["organisations"]) > 5 else [])
    return ", ".join(said) or _("everybody")


@require_safe
@allow(*ROOM)
def preview(request: Request, pk: UUID) -> HttpResponse:
    """The announcement as it will read, to whom it goes, and whether somebody told them the same."""
    alert = found(_announcements(request), pk)
    if alert.state != Alert.State.DRAFT:
        return HttpResponseRedirect(f"/alerts/{pk}/")
    audience = recipients(alert.audience).order_by("name")
    number_of = audience.count()
    context = {
        "alert": alert,
        "recipients": audience[:SHOWN],
        "number_of": number_of,
        "audience": in_words(alert.audience),
        "doubles": doubles(alert, moment.now()),
        "works": request.viewer.has(*WORKS),
        "mine": alert.author_id == request.viewer.user,
        "reason": ReasonForm(),
    }
    return render(request, "alerts/announcement.html", context)


def _announcements(request: Request) -> QuerySet[Any]:
    """Those that one may see; a draft concerns nobody yet, so its author sees it too."""
    rows = Alert.objects.filter(kind=Alert.Kind.ANNOUNCEMENT).select_related("sender", "author", "approved_by")
    return rows.filter(pk__in=Alert.objects.visible_to(request.viewer).values("pk")) | rows.filter(
        author=request.viewer.user
    )


@require_POST
@allow(*WORKS)
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The second person's yes."""
    alert, officer = found(_announcements(request), pk), officer_of(request)
    deed = lambda: actions.approve_announcement(alert=alert, by=request.actor, officer=officer)  # noqa: E731
    return act(request, deed, _("Approved. It can be sent now."), back=f"/announcements/{pk}/")


@require_POST
@allow(*WORKS)
def send(request: Request, pk: UUID) -> HttpResponse:
    """Send it."""
    alert = found(_announcements(request), pk)
    deed = lambda: actions.send_announcement(alert=alert, by=request.actor)  # noqa: E731
    return act(request, deed, _("Sent."), back=f"/announcements/{pk}/")
