"""The list of measures, the same as a board by state, and one measure with its history, proofs and sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models import DateField as Day
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import WATCHES, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import measure_rights as rights
from paraat.readiness.actions.measures_states import may_undo, person
from paraat.readiness.measure_forms import ProofForm, WordForm
from paraat.readiness.measure_words import LOOKS, SUPPLIER_LOOKS, history, sources
from paraat.readiness.models import Measure, MeasureEvidence, SupplierMeasure
from paraat.readiness.rules import measures as rules
from paraat.registry.models import Organisation

NO_DAY, TO_VERIFY, ENDED = date(9998, 12, 30), date(9998, 12, 31), date(9999, 12, 31)
ON_BOARD = 40
"""Cards in one column of the board; the list has them all."""
FROM = [
    ("finding", _("A finding")),
    ("answer", _("An assessment")),
    ("lesson", _("A lesson")),
    ("none", _("Nothing of these")),
]
WHEN = [
    ("late", _("Late")),
    ("soon", _("Due within 30 days")),
    ("none", _("Without a day")),
    ("team", _("Long overdue")),
]


def rows_for(request: Request) -> QuerySet[Any]:
    """The measures that the reader may see, with what a list shows of each."""
    open_first = Case(
        When(state__in=rules.OPEN, then=Coalesce(F("due_on"), Value(NO_DAY))),
        When(state=Measure.State.DONE, then=Value(TO_VERIFY)),
        default=Value(ENDED),
        output_field=Day(),
    )
    proofs = (
        MeasureEvidence.objects.filter(measure=OuterRef("pk"))
        .order_by()
        .values("measure")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Measure.objects.visible_to(request.viewer).select_related("organisation", "owner", "supplier__organisation")
    made: QuerySet[Any] = rows.annotate(when=open_first, proofs=Coalesce(Subquery(proofs), 0)).defer("text")
    return made


def table_for(request: Request) -> Table:
    """The list with its filters; what is late comes first."""
    watches = request.viewer.has(*WATCHES)
    filters = [
        Filter("state", _("State"), [("open", _("To be done")), *Measure.State.choices], apply=_in_state),
        Filter("when", _("When"), WHEN, apply=_when),
        Filter("topic", _("About"), Measure.Topic.choices),
        Filter("source", _("Asked for by"), FROM, apply=_from),
        Filter("supplier", _("Waits for a supplier"), [("yes", _("yes")), ("no", _("no"))], apply=_waits),
        WORLD,
    ]
    return Table(
        request,
        rows_for(request),
        name="measures",
        columns=list(_columns(request, wide=watches or len(request.viewer.own) > 1)),
        search=["number", "title", "organisation__name", "organisation__nis", "owner__name", "owner_name"],
        filters=filters,
        order="due_on",
        empty=_("No measure yet."),
        hint=_(
            "A measure is planned from a finding, from the gaps of an assessment, from a lesson, or from the page of the organisation."
        ),
    )


@require_safe
@allow(*rights.READS)
def listing(request: Request) -> HttpResponseBase:
    """Every measure that the reader may see."""
    return table_for(request).answer("readiness/measures/list.html", _context(request))


@require_safe
@allow(*rights.READS)
def board(request: Request) -> HttpResponse:
    """The same by state, what is late in a column of its own."""
    table = table_for(request)
    rows, today = table.filtered, moment.today()
    late = Q(state__in=rules.OPEN, due_on__lt=today)
    lanes = [
        (_("Late"), "silent", rows.filter(late)),
        (_("Planned"), "calm", rows.filter(state=Measure.State.PLANNED).exclude(late)),
        (_("Being done"), "calm", rows.filter(state=Measure.State.GOING).exclude(late)),
        (_("To be verified"), "waiting", rows.filter(state=Measure.State.DONE)),
        (_("Verified"), "known", rows.filter(state=Measure.State.VERIFIED).order_by("-verified_at", "pk")),
    ]
    shown = [(title, look, list(some[: ON_BOARD + 1])) for title, look, some in lanes]
    context = _context(request) | {"table": table, "lanes": shown, "most": ON_BOARD}
    return render(request, "readiness/measures/board.html", context)


def _context(request: Request) -> dict[str, Any]:
    own = list(Organisation.objects.filter(pk__in=request.viewer.own)) if request.viewer.has(Role.SPOC) else []
    return {
        "looks": LOOKS,
        "today": moment.today(),
        "late": rules.days_late,
        "own": own,
        "watches": request.viewer.has(*WATCHES),
        "ours": bool(own) and not request.viewer.has(*WATCHES),
    }


def _columns(request: Request, *, wide: bool) -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column("title", _("What is to be done"), sort="title")
    if wide:
        yield Column(
            "organisation", _("Organisation"), sort="organisation__name", value=lambda row: row.organisation.name
        )
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("due_on", _("By when"), sort="when")
    yield Column("owner", _("Who does it"), value=who)
    yield Column("cost", _("Cost (euro)"), sort="cost", value=lambda row: _euro(row.cost), number=True)
    if request.GET.get("format"):
        yield Column(
            "days_late", _("Days late"), value=lambda row: rules.days_late(row.state, row.due_on, moment.today())
        )
        yield Column("topic", _("About"), value=lambda row: row.get_topic_display())
        yield Column("cost_yearly", _("Every year (euro)"), value=lambda row: _euro(row.cost_yearly))
        yield Column("every", _("Comes back after so many months"))
        yield Column("proofs", _("Proofs"))
        yield Column(
            "supplier",
            _("Waits for a supplier"),
            value=lambda row: row.supplier.organisation.name if row.supplier else "",
        )
        yield Column("delay", _("Why it is late"), value=lambda row: row.get_delay_display())
        yield Column("first_due_on", _("First promised for"))
        yield Column("done_at", _("Said to be done"))
        yield Column("verified_at", _("Verified"))
        yield Column("verified_by", _("Verified by"))
        yield Column("ended_because", _("Why it was dropped"))
        yield Column("tlp", "TLP", value=lambda row: row.get_tlp_display())
        yield Column("exercise", _("Exercise"))


def who(row: Measure) -> str:
    """Who does it: a contact on file, or a function."""
    return row.owner.name if row.owner else row.owner_name


def _euro(value: Any) -> float | None:
    return None if value is None else float(value)


def _in_state(rows: Any, value: str) -> Any:
    return rows.open() if value == "open" else rows.filter(state=value)


def _when(rows: Any, value: str) -> Any:
    today = moment.today()
    match value:
        case "late":
            return rows.open().filter(due_on__lt=today)
        case "soon":
            return rows.open().filter(due_on__gte=today, due_on__lte=date.fromordinal(today.toordinal() + 30))
        case "team":
            return rows.open().filter(shown_at__isnull=False)
    return rows.open().filter(due_on=None)


def _from(rows: Any, value: str) -> Any:
    hung = {
        "finding": Q(findings__isnull=False),
        "answer": Q(answers__isnull=False),
        "lesson": Q(lessons__isnull=False),
    }
    if value in hung:
        return rows.filter(pk__in=Measure.objects.filter(hung[value]).values("pk"))
    return rows.filter(findings=None, answers=None, lessons=None)


def _waits(rows: Any, value: str) -> Any:
    return rows.filter(supplier__isnull=value == "no")


# One measure ----------------------------------------------------------------------------------------------------------------------
def measure_of(request: Request, pk: UUID) -> Measure:
    """The measure, or 404: what one may not see does not exist."""
    rows = Measure.objects.visible_to(request.viewer)
    row: Measure = found(rows.select_related("organisation", "owner", "supplier__organisation", "follows"), pk)
    return row


@require_safe
@allow(*rights.READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One measure."""
    return page(request, measure_of(request, pk))


def page(request: Request, row: Measure, *, status: int = 200) -> HttpResponse:
    """What is to be done, by whom and when; what asks for it; proofs; what happened; and what the reader may do."""
    now, today = moment.now(), moment.today()
    context = {
        "measure": row,
        "looks": LOOKS,
        "supplier_looks": SUPPLIER_LOOKS,
        "late": rules.days_late(row.state, row.due_on, today),
        "who": who(row),
        "sources": sources(row, request.viewer, language()),
        "proofs": list(row.evidence.order_by("-revision")),
        "history": history(row.changes.all()[:100]),
        "following": Measure.objects.visible_to(request.viewer).filter(follows=row).first(),
        "reminders": _reminders(row, now),
        "supplier": _supplier(request, row),
        "now": now,
        **_may(request, row),
    }
    return render(request, "readiness/measures/one.html", context, status=status)


def _may(request: Request, row: Measure) -> dict[str, Any]:
    """What of it this reader may do now, and the forms for it."""
    works, actor = rights.works(request.viewer, row), request.actor
    open_ = row.state in rules.OPEN
    done = row.state == Measure.State.DONE
    looks = done and rights.verifies(request.viewer, row)
    same = looks and rules.same_person(person(row.done_by_id), person(actor.id), row.done_by, actor.label)
    return {
        "works": works,
        "open": open_,
        "changes": works and (open_ or done),
        "proves": works and row.state != Measure.State.DROPPED,
        "verifies": looks and not same,
        "same": same,
        "undoes": works and may_undo(row, actor),
        "how_form": WordForm(label=_("How it was done"), required=False, auto_id="how_%s"),
        "saw_form": WordForm(label=_("How you saw it"), required=False, auto_id="saw_%s"),
        "not_form": WordForm(label=_("What you did not see"), auto_id="not_%s"),
        "drop_form": WordForm(label=_("Why it will not be done"), auto_id="drop_%s"),
        "reopen_form": WordForm(label=_("Why it is to be done after all"), auto_id="reopen_%s"),
        "mute_form": WordForm(label=_("Why nobody need be reminded"), auto_id="mute_%s"),
        "proof_form": ProofForm(auto_id="proof_%s"),
    }


def _reminders(row: Measure, now: datetime) -> list[tuple[str, datetime]]:
    """The reminders that are still to come."""
    waiting = row.reminders.filter(fired_at=None, cancelled_at=None, due_at__gt=now).order_by("due_at")
    return list(waiting.values_list("rung", "due_at"))


def _supplier(request: Request, row: Measure) -> dict[str, Any]:
    """What it waits for, or what it may wait for: what suppliers of this organisation were asked."""
    from paraat.readiness.actions.measures_suppliers import suppliers_of

    if row.supplier is not None or not rights.works(request.viewer, row):
        return {"row": row.supplier, "asked": [], "suppliers": []}
    suppliers = list(suppliers_of(row.organisation).order_by("name"))
    asked = (
        SupplierMeasure.objects.visible_to(request.viewer)
        .filter(organisation__in=suppliers, exercise=row.exercise)
        .exclude(state=SupplierMeasure.State.DONE)
    )
    return {"row": None, "asked": list(asked.select_related("organisation")), "suppliers": suppliers}
