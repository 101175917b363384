"""A finding is written, told to its owner first, seen, fixed or accepted, and tested again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import files, moment
from paraat.platform.actions import action, record
from paraat.readiness import configuration
from paraat.readiness.actions.finding_news import settle_finding, tell_disclosed
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Assessment, Control, Disclosure, Engagement, Finding, FindingEvidence, Retest
from paraat.readiness.rules import cvss, patterns

State = Finding.State
FIELDS = ("title", "target", "what", "reproduction", "advice", "vector", "pattern")
LONGEST = 20_000
TOLD = (State.DISCLOSED, State.SEEN, State.FIXED, State.REOPENED)
"""Told to the owner and not over."""
WRITTEN_IN = (Engagement.State.GOING, Engagement.State.STOPPED, Engagement.State.REPORTING)


@action
def draft_finding(
    *,
    author: User | None,
    by: Actor,
    engagement: Engagement | None = None,
    assessment: Assessment | None = None,
    disclosure: Disclosure | None = None,
    control: Control | None = None,
    **fields: str,
) -> Finding:
    """Begin to write a finding of an engagement, an audit or a researcher's report; its author and the testers beside him read it, nobody else.

    `control`: what an audit asked that is not in place; measures that come from the finding are about the same. `fields`: any of FIELDS. Raises
    Invalid without a title, for a wrong vector or CWE number, with none or several sources, or for a control that the audit does not ask; Conflict
    when the engagement was not begun or is closed.
    """
    sources = [one for one in (engagement, assessment, disclosure) if one is not None]
    if len(sources) != 1 or sources[0].organisation_id is None:
        raise Invalid("A finding comes from one engagement, one audit, or one researcher's report")
    if engagement is not None and not Engagement.objects.filter(pk=engagement.pk, state__in=WRITTEN_IN).exists():
        raise Conflict("Findings are written while testing goes on, and until it is closed")
    _demand_asked(assessment, control)
    now = moment.now()
    row = Finding(
        number=take_number(kind="F", now=now),
        organisation_id=sources[0].organisation_id,
        origin=_origin(engagement, assessment),
        engagement=engagement,
        assessment=assessment,
        disclosure=disclosure,
        control=control,
        written_by=author,
        tlp=Tlp.AMBER_STRICT,
        exercise=sources[0].exercise,
        created_at=now,
        **_clean(fields),
    )
    _demand_title(row)
    row.save(force_insert=True)
    _record_draft("finding.written", row, by)
    return row


@action
def change_finding(*, finding: Finding, by: Actor, **fields: str) -> Finding:
    """Change what a draft says. Raises Conflict once the owner was told: what it read does not change under its hands."""
    row: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if row.state != State.DRAFT:
        raise Conflict("The owner was told; write a new finding for what is new", finding=row.number)
    for name, value in _clean(fields).items():
        setattr(row, name, value)
    _demand_title(row)
    row.save()
    _record_draft("finding.changed", row, by)
    return row


@action
def add_finding_evidence(*, finding: Finding, name: str, stream: files.Readable, by: Actor) -> FindingEvidence:
    """Keep a file that shows it, under its digest. Raises Invalid for an empty one, TooLarge; Conflict once it is over."""
    row: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if row.state in {State.RETESTED, State.ACCEPTED}:
        raise Conflict("This finding is over", finding=row.number)
    kept = files.store(stream, limit=configuration.FINDING_LIMIT.get())
    if not kept.size:
        raise Invalid("The file is empty", field="file")
    made = FindingEvidence.objects.create(
        finding=row,
        name=name[-255:] or "file",
        file=kept.path,
        digest=kept.digest,
        size=kept.size,
        added_at=moment.now(),
        added_by=by.label[:200],
    )
    detail = {"sha256": kept.digest, "size": kept.size}
    if row.state == State.DRAFT:
        _record_draft("finding.evidence", row, by, detail)
    else:
        _record("finding.evidence", row, by, **detail)
    return made


@action
def disclose(*, finding: Finding, by: Actor) -> Finding:
    """Tell the owner, at once and before everybody else. The team knows from now on that there is one and how bad it is; it reads what it is
    when the owner has seen it, after PARAAT_FINDING_OPEN_DAYS at the latest.

    Raises Invalid when it says too little to act on, Conflict when it was told before.
    """
    row: Finding = Finding.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=finding.pk)
    _demand_whole(row)
    now = moment.now()
    house_knows = row.origin != Finding.Origin.ENGAGEMENT  # the team wrote it down itself, or its auditor told it
    opens = now if house_knows else now + timedelta(days=configuration.FINDING_OPEN_DAYS.get())
    values = {
        "state": State.DISCLOSED,
        "disclosed_at": now,
        "opens_at": opens,
        "audit_at": now + timedelta(days=configuration.FINDING_AUDIT_DAYS.get()),
    }
    if Finding.objects.filter(pk=row.pk, state=State.DRAFT).update(**values) != 1:
        raise Conflict("The owner was told already", finding=row.number)
    row.refresh_from_db()
    _record("finding.disclosed", row, by, severity=cvss.word_for(row.score))
    touch([row.organisation_id])
    tell_disclosed(row)
    return row


@action
def see_finding(*, finding: Finding, by: Actor) -> Finding:
    """The owner has read it: from now on the team reads it too. Raises Conflict when it was seen before."""
    now = moment.now()
    fresh = Finding.objects.filter(pk=finding.pk, state=State.DISCLOSED, seen_at=None)
    if fresh.update(state=State.SEEN, seen_at=now, seen_by=by.label[:200]) != 1:
        raise Conflict("The owner has seen it already", finding=finding.number)
    Finding.objects.filter(pk=finding.pk, opens_at__gt=now).update(opens_at=now)
    return _after("finding.seen", finding, by)


@action
def fix_finding(*, finding: Finding, how: str, by: Actor) -> Finding:
    """The owner says that it is fixed; somebody tests it again. Raises Invalid without how, Conflict when it was not told or is over."""
    if not how.strip():
        raise Invalid("Say what was done", field="how")
    _seen_by_acting(finding, by)
    values = {
        "state": State.FIXED,
        "fixed_at": moment.now(),
        "fixed_by": by.label[:200],
        "fixed_how": how.strip()[:500],
    }
    return _to(finding, (State.SEEN, State.REOPENED), values, "finding.fixed", by)


@action
def accept_finding(*, finding: Finding, because: str, by: Actor) -> Finding:
    """The owner leaves it as it is and says why. Raises Invalid without a reason, Conflict when it was not told or is over."""
    if not because.strip():
        raise Invalid("Say why the risk is accepted", field="because")
    _seen_by_acting(finding, by)
    values = {
        "state": State.ACCEPTED,
        "accepted_at": moment.now(),
        "accepted_by": by.label[:200],
        "accepted_because": because.strip()[:500],
    }
    return _to(finding, (State.SEEN, State.FIXED, State.REOPENED), values, "finding.accepted", by)


@action
def retest_finding(*, finding: Finding, gone: bool, note: str, by: Actor, user: User | None = None) -> Retest:
    """Somebody tried again whether it is gone; when that was who found it, the record says so. Raises Conflict when it was not said to be
    fixed, or while the engagement is stopped."""
    stopped = Engagement.objects.filter(findings=finding, state=Engagement.State.STOPPED)
    if stopped.exists():
        raise Conflict("Testing is STOPPED. Touch nothing.")
    now = moment.now()
    state = State.RETESTED if gone else State.REOPENED
    values = {"state": state, "retested_at": now, "retested_by": by.label[:200]}
    _to(finding, (State.FIXED,), values, "finding.retested" if gone else "finding.reopened", by)
    same = user is not None and user.pk == finding.written_by_id
    return Retest.objects.create(
        finding=finding, gone=gone, note=note.strip()[:LONGEST], same_person=same, at=now, by=by.label[:200]
    )


# Parts ----------------------------------------------------------------------------------------------------------------------------
def _origin(engagement: Engagement | None, assessment: Assessment | None) -> str:
    if engagement is not None:
        return Finding.Origin.ENGAGEMENT
    return Finding.Origin.AUDIT if assessment is not None else Finding.Origin.RESEARCHER


def _demand_asked(assessment: Assessment | None, control: Control | None) -> None:
    if control is None:
        return
    if assessment is None or not assessment.answers.filter(control=control).exists():
        raise Invalid("This audit does not ask that", field="control")


def _clean(fields: dict[str, str]) -> dict[str, Any]:
    """The fields as they are kept, the vector in its canonical form with its score."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise Invalid("There is no such field", fields=", ".join(sorted(unknown)))
    kept: dict[str, Any] = {name: value.strip()[:LONGEST] for name, value in fields.items()}
    kept |= {name: kept[name][:limit] for name, limit in (("title", 200), ("target", 300)) if name in kept}
    if "vector" in kept:
        kept |= _scored(kept["vector"])
    if "pattern" in kept:
        try:
            kept["pattern"] = patterns.cwe(kept["pattern"])
        except ValueError as error:
            raise Invalid("This is no CWE number", field="pattern") from error
    return kept


def _scored(text: str) -> dict[str, Any]:
    if not text:
        return {"vector": "", "score": None}
    try:
        found = cvss.read(text)
    except cvss.WrongVector as error:
        raise Invalid("This is no CVSS 4.0 vector", field="vector", why=str(error)) from error
    return {"vector": found.vector, "score": found.score}


def _demand_title(row: Finding) -> None:
    if not row.title:
        raise Invalid("Give it a title", field="title")


def _demand_whole(row: Finding) -> None:
    """An owner must be able to act on what it is told."""
    missing = [name for name in ("target", "what", "reproduction") if not getattr(row, name)]
    if row.score is None:
        missing.append("vector")
    if missing:
        raise Invalid(
            "Before the owner is told: say where, what, how to see it, and how bad", missing=", ".join(missing)
        )


def _record_draft(verb: str, row: Finding, by: Actor, detail: dict[str, Any] | None = None) -> None:
    """A draft is nobody's to know but the testers': the journal keeps it in the house, RED, without the owner."""
    record(verb, by=by, on=row, tlp=Tlp.RED, detail={"number": row.number} | (detail or {}))


def _record(verb: str, row: Finding, by: Actor, **detail: Any) -> None:
    """In the owner's journal; what is done before auditors of the house may know of it stays RED, for the owner and the team."""
    known = row.audit_at is not None and row.audit_at <= moment.now()
    tlp = row.tlp if known else Tlp.RED
    record(verb, by=by, on=row, organisation=row.organisation_id, tlp=tlp, detail={"number": row.number} | detail)


def _seen_by_acting(finding: Finding, by: Actor) -> None:
    """Who says something of a finding has seen it."""
    if Finding.objects.filter(pk=finding.pk, state=State.DISCLOSED).exists():
        see_finding(finding=finding, by=by)


def _to(finding: Finding, states: tuple[str, ...], values: dict[str, Any], verb: str, by: Actor) -> Finding:
    if Finding.objects.filter(pk=finding.pk, state__in=states).update(**values) != 1:
        raise Conflict("That does not fit the state of this finding", finding=finding.number)
    return _after(verb, finding, by)


def _after(verb: str, finding: Finding, by: Actor) -> Finding:
    finding.refresh_from_db()
    _record(verb, finding, by, state=finding.state)
    touch([finding.organisation_id])
    if finding.state != State.DISCLOSED:
        settle_finding(finding)
    return finding
