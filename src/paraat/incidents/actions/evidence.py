"""Evidence comes in, is looked at, handed over, checked and in the end destroyed; each of it is a link of the chain of custody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.db import connection, transaction

from paraat.incidents.actions.numbers import take_number
from paraat.incidents.models import Case, Content, Custody, Evidence, Report
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, facts, moment, vault
from paraat.platform.actions import Subject, action, record
from paraat.platform.files import Readable

LOOKED_UP_AGAIN = timedelta(hours=1)
"""Within so long the same person looking at the same page is one look-up."""
_UNREADABLE = (Evidence.State.DAMAGED, Evidence.State.MISSING)


def store_evidence(
    *,
    case: Case,
    name: str,
    stream: Readable | Iterable[bytes],
    by: Actor,
    report: Report | None = None,
    description: str = "",
    source: str = "",
    media_type: str = "",
    taken_at: datetime | None = None,
    tlp: Tlp | int | None = None,
) -> Evidence:
    """Keep all of `stream` in the vault and put it on the case. Never more than a piece of it is in memory; the transaction begins when it
    is there. `tlp` None: AMBER+STRICT, or the case's own when that is higher.

    Raises Invalid for an ending that is not accepted, TooLarge, DiskFull and Unreachable; then nothing is kept.
    """
    check_name(name)
    kept = vault.keep(stream, limit=configuration.EVIDENCE_LIMIT.get())
    return receive_evidence(
        case=case,
        name=name,
        kept=kept,
        by=by,
        report=report,
        description=description,
        source=source,
        media_type=media_type,
        taken_at=taken_at,
        tlp=tlp,
    )


def check_name(name: str) -> None:
    """Raises Invalid when the name has an ending that this installation does not accept."""
    endings = configuration.EVIDENCE_ENDINGS.get()
    if endings and not name.lower().endswith(tuple(one.lower() for one in endings)):
        raise Invalid("Files with this ending are not accepted as evidence", file=tidy_name(name))


def tidy_name(name: str) -> str:
    """The last part of what a file is called, without what cannot be shown."""
    shown = "".join(letter for letter in name.replace("\\", "/") if letter.isprintable())
    return PurePosixPath(shown).name[-255:] or "file"


@action
def receive_evidence(
    *,
    case: Case,
    name: str,
    kept: vault.Kept,
    by: Actor,
    report: Report | None = None,
    description: str = "",
    source: str = "",
    media_type: str = "",
    taken_at: datetime | None = None,
    tlp: Tlp | int | None = None,
) -> Evidence:
    """Put content that is in the vault already on a case. Content that was there before is kept once, and mends what was damaged."""
    now = moment.now()
    if report is not None and report.case_id not in (None, case.pk):
        raise Invalid("This report is of another case", field="report")
    piece = Evidence.objects.create(
        case=case,
        report=report,
        number=take_number(kind="E", now=now),
        name=tidy_name(name),
        description=description.strip()[:500],
        sha256=kept.sha256,
        size=kept.size,
        media_type=media_type[:120],
        content=place_content(kept=kept, now=now),
        source=source.strip()[:300],
        taken_at=taken_at,
        received_at=now,
        received_by=by.label,
        tlp=max(case.tlp, Tlp.AMBER_STRICT) if tlp is None else int(tlp),
        exercise=case.exercise,
    )
    _link(piece, Custody.Deed.RECEIVED, by, why=source.strip(), sha256=kept.sha256)
    return piece


def place_content(*, kept: vault.Kept, now: datetime) -> Content:
    """The row of what came into the vault: the one that has this digest, else a new one. Journalled by whoever receives it."""
    lock_digest(kept.sha256)
    found: Content | None = Content.objects.kept().filter(sha256=kept.sha256).first()
    if found is None:
        return Content.objects.create(
            sha256=kept.sha256,
            size=kept.size,
            store=kept.store,
            place=kept.place,
            key=kept.key,
            kept_at=now,
            verified_at=now,
        )
    broken = Evidence.objects.filter(content=found, state__in=_UNREADABLE)
    if not broken.exists():
        _forget_later(kept)
        return found
    _forget_later(found.kept)
    found.store, found.place, found.key, found.verified_at = kept.store, kept.place, kept.key, now
    found.save(update_fields=["store", "place", "key", "verified_at"])
    broken.update(state=Evidence.State.WHOLE)
    facts.announce(facts.Settled(_waiting_key(found)))
    return found


@action
def look_up(*, evidence: Evidence, by: Actor) -> None:
    """Somebody looks at the page of a piece: one link per person and hour."""
    recent = evidence.custody.filter(
        deed=Custody.Deed.VIEWED, by=by.label, at__gt=moment.now() - LOOKED_UP_AGAIN
    ).exists()
    if not recent:
        _link(evidence, Custody.Deed.VIEWED, by)


@action
def take_out(*, evidence: Evidence, by: Actor, why: str) -> vault.Kept:
    """Before its content is read: who and why. Gives what the vault needs to read it.

    Raises Invalid without a reason, Conflict when the content is not here.
    """
    return _let_out(evidence, Custody.Deed.DOWNLOADED, by, why)


@action
def export_out(*, evidence: Evidence, by: Actor, why: str) -> vault.Kept:
    """The same when it leaves as a part of its case."""
    return _let_out(evidence, Custody.Deed.EXPORTED, by, why)


@action
def hand_over(*, evidence: Evidence, to: str, why: str, by: Actor) -> None:
    """It was given to somebody: the police, an expert. Raises Invalid without a name or a reason."""
    if not to.strip():
        raise Invalid("Say to whom", field="to")
    _link(evidence, Custody.Deed.HANDED_OVER, by, why=_reason(why), to=to.strip()[:200], sha256=evidence.sha256)


@action
def move_evidence(*, evidence: Evidence, to: Case, by: Actor, why: str) -> None:
    """It belongs to another case after all, or its case was merged or split. Raises Conflict when somebody else moved it."""
    old = evidence.case
    if Evidence.objects.filter(pk=evidence.pk, case=old).update(case=to) != 1:
        raise Conflict()
    evidence.case = to
    _link(evidence, Custody.Deed.MOVED, by, why=f"{old.number} -> {to.number}: {_reason(why)}"[:500])


@action
def destroy_evidence(*, evidence: Evidence, confirmation: str, why: str, by: Actor) -> None:
    """Its content goes for good; what it was and who handled it stays. Content that another piece shares stays for that one.

    `confirmation` is the piece's number, typed. Raises Invalid when it is not or without a reason, Conflict when it is destroyed already.
    """
    if confirmation.strip().upper() != evidence.number:
        raise Invalid("Type the number of the piece to confirm", field="confirmation")
    why = _reason(why)
    lock_digest(evidence.sha256)
    left = Evidence.objects.filter(pk=evidence.pk).exclude(state=Evidence.State.DESTROYED)
    if left.update(state=Evidence.State.DESTROYED) != 1:
        raise Conflict("This piece is destroyed already")
    evidence.state = Evidence.State.DESTROYED
    _link(evidence, Custody.Deed.DESTROYED, by, why=why, sha256=evidence.sha256)
    content = evidence.content
    if content is None or content.evidence.exclude(state=Evidence.State.DESTROYED).exists():
        return
    _forget_later(content.kept)
    Content.objects.filter(pk=content.pk).update(key="")
    facts.announce(facts.Settled(_waiting_key(content)))


@action
def note_verified(*, content: Content, by: Actor, state: str, why: str = "") -> None:
    """What a check of the content found. Damaged or missing waits for a person; found whole again, it waits no more."""
    whole, now = state == Evidence.State.WHOLE, moment.now()
    Content.objects.filter(pk=content.pk).update(verified_at=now)
    pieces = list(content.evidence.exclude(state=Evidence.State.DESTROYED).select_related("case"))
    Evidence.objects.filter(pk__in=[piece.pk for piece in pieces]).update(state=state)
    for piece in pieces:
        if whole or piece.state != state:  # the same damage found again is no news
            deed = Custody.Deed.VERIFIED if whole else Custody.Deed.FAILED
            _link(piece, deed, by, why=why, sha256=content.sha256 if whole else "")
        piece.state = state
    if whole:
        facts.announce(facts.Settled(_waiting_key(content)))
    elif pieces:
        first = pieces[0]
        said = f"Evidence {first.number} of {first.case.number} is {first.get_state_display()}"
        url = f"/cases/{first.case_id}/evidence/{first.pk}/"
        facts.announce(facts.Waits("evidence", _waiting_key(content), said, url, exercise=first.exercise))


@action
def rewrap_contents(*, by: Actor) -> int:
    """Wrap every data key with the newest field key, so that the old one may be thrown away; how many."""
    rows = list(Content.objects.kept().select_for_update())
    for row in rows:
        row.key = vault.rewrap(row.kept).key
    Content.objects.bulk_update(rows, ["key"])
    record("evidence.rewrapped", by=by, on=Subject("content", "many", rows=len(rows)))
    return len(rows)


def lock_digest(sha256: str) -> None:
    """Until the transaction ends nobody else keeps or destroys content with this digest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"vault {sha256}"])


def _let_out(evidence: Evidence, deed: str, by: Actor, why: str) -> vault.Kept:
    content = evidence.content
    if content is None or not content.key or evidence.state == Evidence.State.DESTROYED:
        raise Conflict("The content of this piece is not here", evidence=evidence.number)
    _link(evidence, deed, by, why=_reason(why), sha256=evidence.sha256)
    return content.kept


def _reason(why: str) -> str:
    if not why.strip():
        raise Invalid("Give a reason; it is kept", field="why")
    return why.strip()[:500]


def _link(piece: Evidence, deed: str, by: Actor, *, why: str = "", to: str = "", sha256: str = "") -> None:
    Custody.objects.create(
        evidence=piece, deed=deed, at=moment.now(), by=by.label[:200], why=why[:500], to=to, sha256=sha256
    )
    detail = {"number": piece.number, "name": piece.name, "sha256": piece.sha256, "why": why, "to": to}
    record(f"evidence.{deed}", by=by, on=piece, organisation=piece.case.organisation_id, detail=detail)


def _forget_later(kept: vault.Kept) -> None:
    """After the commit; were the process to die in between, the sweep finds it."""
    transaction.on_commit(lambda: vault.forget(kept))


def _waiting_key(content: Content) -> str:
    return f"evidence/{content.pk}"
