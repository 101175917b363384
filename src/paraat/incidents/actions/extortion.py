"""What an actor claims and threatens, apart from what is confirmed; its countdown; and who decided what about paying."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.incidents.actions.task_reminders import case_url
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import ActorClaim, Case, RansomDecision, TimelineEntry
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from paraat.platform.actions import action, record

BEFORE = timedelta(hours=24)
"""How long before an announced publication the officer is paged for the first time."""
BATCH = 200


@action
def record_claim(
    *,
    case: Case,
    actor: str,
    claim: str,
    by: Actor,
    where: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    volume_bytes: int | None = None,
    publishes_at: datetime | None = None,
    seen_at: datetime | None = None,
    tlp: Tlp | int | None = None,
) -> ActorClaim:
    """Write down what somebody claims. It is no fact, and never becomes one: what is confirmed is written beside it.

    `where` is a leak site or a note, kept as text. Raises Invalid without words, or with an amount below nothing.
    """
    if not claim.strip():
        raise Invalid("Write what is claimed", field="claim")
    if (amount is not None and amount < 0) or (volume_bytes is not None and volume_bytes < 0):
        raise Invalid("This cannot be below zero", field="amount")
    row = ActorClaim.objects.create(
        case=case,
        actor=actor.strip()[:120],
        claim=claim.strip(),
        where=where.strip()[:300],
        amount=amount,
        currency=currency.strip().upper()[:3],
        volume_bytes=volume_bytes,
        publishes_at=publishes_at,
        seen_at=seen_at or moment.now(),
        recorded_by=by.label,
        tlp=case.tlp if tlp is None else int(tlp),
        exercise=case.exercise,
    )
    _note("claim.recorded", row, by, actor=row.actor)
    return row


@action
def confirm_claim(*, claim: ActorClaim, confirmed: str, by: Actor) -> ActorClaim:
    """Write down what of it we know to be so, and from what. What is claimed stays as it is. Raises Invalid without words."""
    if not confirmed.strip():
        raise Invalid("Write what is confirmed, and from what", field="confirmed")
    now = moment.now()
    same = ActorClaim.objects.filter(pk=claim.pk, confirmed_at=claim.confirmed_at)
    if same.update(confirmed=confirmed.strip(), confirmed_at=now, confirmed_by=by.label) != 1:
        raise Conflict()
    claim.refresh_from_db()
    add_entry(
        case=claim.case,
        text=_("Confirmed of what %(actor)s claims: %(what)s") % {"actor": claim.actor or "?", "what": claim.confirmed},
        by=by,
        tlp=claim.tlp,
    )
    _note("claim.confirmed", claim, by)
    return claim


@action
def move_countdown(*, claim: ActorClaim, publishes_at: datetime | None, by: Actor) -> ActorClaim:
    """The actor named another moment, or took it back (None): pages begin anew. Raises Conflict when it was published."""
    changed = {"publishes_at": publishes_at, "reminded_at": None, "passed_at": None}
    if ActorClaim.objects.filter(pk=claim.pk, published_at=None).update(**changed) != 1:
        raise Conflict("This was published already")
    facts.announce(facts.Settled(_key(claim, "before")))
    facts.announce(facts.Settled(_key(claim, "moment")))
    claim.refresh_from_db()
    _note("claim.moved", claim, by, publishes_at=publishes_at)
    return claim


@action
def mark_published(*, claim: ActorClaim, by: Actor, at: datetime | None = None) -> ActorClaim:
    """The data is out: the countdown ends. Raises Conflict when that was known, Invalid for a moment to come."""
    now = moment.now()
    if at is not None and at > now:
        raise Invalid("That moment has not come", field="at")
    if ActorClaim.objects.filter(pk=claim.pk, published_at=None).update(published_at=at or now) != 1:
        raise Conflict("This was published already")
    claim.refresh_from_db()
    facts.announce(facts.Settled(_key(claim, "before")))
    facts.announce(facts.Settled(_key(claim, "moment")))
    text = _("%(actor)s published data") % {"actor": claim.actor or "?"}
    add_entry(case=claim.case, text=text, by=by, happened_at=claim.published_at, tlp=claim.tlp)
    _note("claim.published", claim, by)
    return claim


@action
def fire_countdowns(*, now: datetime | None = None) -> int:
    """Page the officer 24 hours before an announced publication and at the moment itself, each once, late rather than never; how many pages."""
    at = now or moment.now()
    pages = 0
    for claim in _due(at)[:BATCH]:
        if claim.publishes_at is not None and claim.publishes_at <= at:
            changed, kind = {"passed_at": at, "reminded_at": claim.reminded_at or at}, "moment"
        else:
            changed, kind = {"reminded_at": at}, "before"
        same = ActorClaim.objects.filter(
            pk=claim.pk, passed_at=None, published_at=None, publishes_at=claim.publishes_at
        )
        if same.filter(reminded_at=claim.reminded_at).update(**changed) == 1:
            _page(claim, kind)
            _note("claim.due", claim, SYSTEM, kind=kind)
            pages += 1
    return pages


@action
def decide_ransom(
    *,
    case: Case,
    decision: str,
    decided_by: str,
    because: str,
    by: Actor,
    advice: str = "",
    decided_at: datetime | None = None,
) -> RansomDecision:
    """Write down what an organ decided about a demand, on which advice. A later decision stands beside it; none is changed.

    Raises Invalid without the organ or its reason, or for a moment to come.
    """
    now = moment.now()
    if decision not in RansomDecision.Decision.values:
        raise Invalid("This is not known", field="decision", value=decision)
    if not decided_by.strip():
        raise Invalid("Name the organ that decided", field="decided_by")
    if not because.strip():
        raise Invalid("Say why", field="because")
    if decided_at is not None and decided_at > now:
        raise Invalid("That moment has not come", field="decided_at")
    row = RansomDecision.objects.create(
        case=case,
        decision=decision,
        decided_by=decided_by.strip()[:200],
        decided_at=decided_at or now,
        advice=advice.strip(),
        because=because.strip(),
        recorded_at=now,
        recorded_by=by.label,
        tlp=case.tlp,
        exercise=case.exercise,
    )
    text = _("%(who)s decided: %(what)s") % {"who": row.decided_by, "what": row.get_decision_display()}
    add_entry(case=case, text=text, by=by, kind=TimelineEntry.Kind.ACTION, happened_at=row.decided_at, known_at=now)
    record(
        "ransom.decided",
        by=by,
        on=row,
        organisation=case.organisation_id,
        detail={"case": case.number, "decision": decision},
    )
    return row


def _due(at: datetime) -> QuerySet[ActorClaim]:
    open_ones = ActorClaim.objects.filter(passed_at=None, published_at=None, publishes_at__isnull=False)
    moments = Q(publishes_at__lte=at) | Q(publishes_at__lte=at + BEFORE, reminded_at=None)
    alive = open_ones.filter(moments).exclude(case__state=Case.State.MERGED)
    rows: QuerySet[ActorClaim] = alive.select_related("case").select_for_update(of=("self",), skip_locked=True)
    return rows.order_by("publishes_at")


def _page(claim: ActorClaim, kind: str) -> None:
    with happening.for_officers():
        words = (
            _("Case %(number)s: the announced publication is within 24 hours")
            if kind == "before"
            else _("Case %(number)s: the moment of the announced publication is here")
        )
    facts.announce(
        facts.Waits(
            "countdown",
            _key(claim, kind),
            words % {"number": claim.case.number},
            case_url(claim.case, "extortion"),
            claim.case.organisation_id,
            exercise=claim.exercise,
        )
    )


def _key(claim: ActorClaim, kind: str) -> str:
    return f"countdown:{claim.pk}:{kind}"


def _note(verb: str, claim: ActorClaim, by: Actor, **detail: object) -> None:
    record(verb, by=by, on=claim, organisation=claim.case.organisation_id, detail={"case": claim.case.number, **detail})
