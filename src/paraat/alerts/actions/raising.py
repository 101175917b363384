"""From what a run found to an alert with a notice per organisation; and one more notice when a person decides a "perhaps"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.alerts import guidance, happening
from paraat.alerts.actions.numbers import take_number
from paraat.alerts.actions.preparing import keep_standing, make_notices, one_at_a_time, still_to_tell
from paraat.alerts.actions.releasing import hold, send
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules import holds, repeats
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM
from paraat.observations.models import Certainty, Finding
from paraat.platform import facts, moment
from paraat.platform.actions import Subject, action, record
from paraat.registry.models import Organisation

SURE = Q(certainty__in=[Certainty.CERTAIN, Certainty.CONCERNED]) | Q(decision="yes")
ByOrganisation = Mapping[UUID, Sequence[Finding]]
SHARED = (
    "kind", "title", "guidance", "severity", "reliability", "credibility", "tlp", "exercise", "source_title", "listed_at", "ring_at_night",
)  # fmt: skip
"""What an alert that follows another has in common with it. The run is not: it names one alert."""


@action
def raise_alert(*, run: facts.ListRead) -> Alert | None:
    """Make the alert of a run: sent at once or held, as the rules say. None when everybody it names was told before and it still stands.

    Called again for the same run (a "perhaps" was decided) it adds the organisations that are not in it yet.
    """
    found = _findings(run.run)
    existing: Alert | None = Alert.objects.select_for_update().filter(run=run.run).first()
    if existing is not None:
        _add(existing, found)
        return existing
    if not found:
        return None
    now = moment.now()
    source = Source.objects.get(slug=run.source)
    one_at_a_time()
    fresh = still_to_tell(
        {one: [row.target for row in rows] for one, rows in found.items()}, exercise=run.exercise, now=now
    )
    keep_standing(fresh.values(), now)
    if not any(one.targets for one in fresh.values()):
        _nothing_new(run, fresh)
        return None
    alert = _alert(run, source, found, fresh, now)
    _prepare(alert, found, fresh, now)
    _send_or_hold(alert, source, run, len({one for one in fresh if fresh[one].targets}), now)
    return alert


def _findings(run: UUID) -> dict[UUID, list[Finding]]:
    found: defaultdict[UUID, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(SURE, run=run).exclude(decision="no").order_by("target", "pk"):
        found[finding.organisation_id].append(finding)
    return dict(found)


def _nothing_new(run: facts.ListRead, fresh: Mapping[UUID, repeats.Fresh]) -> None:
    record(
        "alert.not_needed", by=SYSTEM, on=Subject("run", str(run.run), rows=len(fresh)), exercise=run.exercise,
        detail={"told_before": [str(notice) for one in fresh.values() for notice in one.repeats]},
    )  # fmt: skip


def _alert(
    run: facts.ListRead, source: Source, found: ByOrganisation, fresh: Mapping[UUID, repeats.Fresh], now: datetime
) -> Alert:
    rows = [row for some in found.values() for row in some]
    kind = guidance.of(_most_common(rows), _ports(rows))
    announced = kind.key in {"ddos", guidance.GENERIC}
    return Alert.objects.create(
        number=take_number(now=now),
        kind=Alert.Kind.TARGET_LIST if announced else Alert.Kind.REPORT,
        state=Alert.State.HELD,
        title=kind.titles(),
        guidance=kind.key,
        severity=max((row.severity for row in rows), default=0) or source.severity,
        reliability=source.reliability,
        credibility=source.credibility,
        tlp=source.tlp,
        exercise=run.exercise,
        run=run.run,
        source_title=source.title,
        listed_at=run.listed_at,
        created_at=now,
        created_by=SYSTEM.label,
        repeats=list(dict.fromkeys(notice for one in fresh.values() for notice in one.repeats)),
    )


def _prepare(alert: Alert, found: ByOrganisation, fresh: Mapping[UUID, repeats.Fresh], now: datetime) -> list[Notice]:
    named = [organisation for organisation, one in fresh.items() if one.targets]
    organisations = list(Organisation.objects.filter(pk__in=named).order_by("name"))
    values = {one: _values(alert, found[one], set(fresh[one].targets)) for one in named}
    return make_notices(alert, organisations, now, values)


def _values(alert: Alert, rows: Sequence[Finding], targets: set[str]) -> dict[str, Any]:
    """What the notice says of its own organisation: the targets, what the source said of each, and through whom it is concerned."""
    told = [row for row in rows if row.target in targets]
    concerned = all(row.certainty == Certainty.CONCERNED for row in told)
    return {
        "severity": max((row.severity for row in told), default=0) or alert.severity,
        "targets": list(dict.fromkeys(row.target for row in told)),
        "facts": {
            "targets": [{"target": row.target, "rows": row.rows} | row.facts for row in told],
            "classification": _most_common(told),
        },
        "through": told[0].because if concerned else "",
    }


def _send_or_hold(alert: Alert, source: Source, run: facts.ListRead, organisations: int, now: datetime) -> None:
    reasons = holds.reasons(
        one_click=source.policy == Source.Policy.ONE_CLICK,
        confirmed=source.confirmed_at is not None,
        listed_at=run.listed_at,
        organisations=organisations,
        exercise=run.exercise,
        now=now,
    )
    record(
        "alert.raised",
        by=SYSTEM,
        on=alert,
        detail={"number": alert.number, "organisations": organisations, "held": list(reasons)},
    )
    if reasons:
        hold(alert=alert, reasons=reasons, organisations=organisations)
    else:
        send(alert=alert, by=SYSTEM, now=now)


def _add(alert: Alert, found: ByOrganisation) -> None:
    """What a person decided since: an organisation without a notice gets one, at once when the alert was sent; one that has its notice is told
    what is new to it."""
    if alert.state not in {Alert.State.HELD, Alert.State.SENT, Alert.State.CLOSED}:
        return
    now = moment.now()
    one_at_a_time()
    told = set(alert.notices.filter(organisation__in=list(found)).values_list("organisation", flat=True))
    _widen(alert, {one: rows for one, rows in found.items() if one not in told}, now)
    _say_more(alert, {one: some for one in told if (some := [row for row in found[one] if row.decision == "yes"])}, now)
    happening.changed(alert)


def _widen(alert: Alert, missing: ByOrganisation, now: datetime) -> None:
    """A notice for the organisations that are not in it yet."""
    targets = {one: [row.target for row in rows] for one, rows in missing.items()}
    fresh = still_to_tell(targets, exercise=alert.exercise, now=now, but=alert.pk)
    keep_standing(fresh.values(), now)
    made = _prepare(alert, missing, fresh, now)
    if not made:
        return
    record(
        "alert.widened", by=SYSTEM, on=alert, detail={"organisations": [str(notice.organisation_id) for notice in made]}
    )
    if alert.state != Alert.State.HELD:
        _begin_again(alert, now)
        send(alert=alert, by=SYSTEM, now=now)


def _begin_again(alert: Alert, now: datetime) -> None:
    """An alert that is over begins again for whoever is told only now; else their notices would expire at once."""
    Alert.objects.filter(pk=alert.pk, state=Alert.State.CLOSED).update(state=Alert.State.SENT, ended_at=None)
    over = Alert.objects.filter(pk=alert.pk, valid_until__lte=now)
    over.update(valid_until=now + guidance.get(alert.guidance or guidance.GENERIC).valid)
    alert.refresh_from_db()


def _say_more(alert: Alert, since: ByOrganisation, now: datetime) -> None:
    """What came to belong to an organisation that has its notice: said in the same one while nobody acknowledged it, else in another alert."""
    following: dict[UUID, repeats.Fresh] = {}
    notices = {
        one.organisation_id: one for one in alert.notices.select_for_update().filter(organisation__in=list(since))
    }
    for organisation, notice in notices.items():
        fresh = _unsaid(notice, since[organisation], now)
        if fresh.targets and notice.state in {Notice.State.PREPARED, Notice.State.OPEN}:
            _extend(notice, [row for row in since[organisation] if row.target in fresh.targets], alert)
        elif fresh.targets:
            following[organisation] = fresh
    if following:
        _follow(alert, [notices[one] for one in following], since, following, now)


def _unsaid(notice: Notice, rows: Sequence[Finding], now: datetime) -> repeats.Fresh:
    """The targets that neither this notice, nor one that followed it, nor another alert told."""
    followed = Notice.objects.filter(organisation=notice.organisation_id, alert__repeats__contains=[notice.pk])
    said = {target for targets in [notice.targets, *followed.values_list("targets", flat=True)] for target in targets}
    targets = [row.target for row in rows if row.target not in said]
    if not targets:
        return repeats.Fresh((), ())
    one = notice.organisation_id
    return still_to_tell({one: targets}, exercise=notice.exercise, now=now, but=notice.alert_id)[one]


def _extend(notice: Notice, rows: Sequence[Finding], alert: Alert) -> None:
    """The next message and the page behind the link name it too."""
    more = _values(alert, rows, {row.target for row in rows})
    targets = list(dict.fromkeys(row.target for row in rows))
    facts_ = notice.facts | {"targets": [*notice.facts.get("targets", ()), *more["facts"]["targets"]]}
    Notice.objects.filter(pk=notice.pk).update(
        targets=[*notice.targets, *targets], facts=facts_, severity=max(notice.severity, more["severity"])
    )
    detail = {"number": alert.number, "targets": targets}
    record("alert.widened", by=SYSTEM, on=notice, organisation=notice.organisation_id, detail=detail)
    happening.notices_changed([notice])


def _follow(
    alert: Alert, notices: Sequence[Notice], rows: ByOrganisation, fresh: Mapping[UUID, repeats.Fresh], now: datetime
) -> None:
    """Another alert of the same list, for those whose ladder stopped before this was known."""
    follower = Alert.objects.create(
        number=take_number(now=now),
        state=Alert.State.HELD,
        created_at=now,
        created_by=SYSTEM.label,
        repeats=[notice.pk for notice in notices],
        **{name: getattr(alert, name) for name in SHARED},
    )
    _prepare(follower, rows, fresh, now)
    detail = {"number": follower.number, "organisations": len(notices), "follows": alert.number, "held": []}
    record("alert.raised", by=SYSTEM, on=follower, detail=detail)
    send(alert=follower, by=SYSTEM, now=now)


def decided(fact: facts.PerhapsDecided) -> None:
    """A person decided that a line does concern an organisation: it gets a notice of the same alert."""
    if not fact.yes:
        return
    run = Run.objects.select_related("source").get(pk=fact.run)
    listed = run.listed_at or run.received_at
    raise_alert(run=facts.ListRead(run.pk, run.source.slug, listed, run.exercise))


def _most_common(rows: Sequence[Finding]) -> str:
    counted = Counter(row.classification for row in rows)
    return counted.most_common(1)[0][0] if counted else ""


def _ports(rows: Sequence[Finding]) -> set[int]:
    return {int(port) for row in rows for port in row.facts.get("ports", ()) if str(port).isdigit()}
