"""The form of a step: what the law wants in it, prefilled from the case, and the same on paper and for machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from paraat.alerts.forms import SEVERITIES
from paraat.incidents.clocks import regime_of, step_title, words
from paraat.incidents.models import Case, Clock, ClockStep, Indicator
from paraat.incidents.rules.regimes import FormField, Step
from paraat.kernel.marking import Tlp, Viewer
from paraat.kernel.severity import Severity
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown
from paraat.registry.models import Contact

TEMPLATE = "incidents/typst/submission.typ"
FORMAT = "paraat-submission/1"
MOST_INDICATORS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a step's form with its value: as kept, else as the case would fill it in."""

    field: FormField
    title: str
    value: str
    prefilled: bool

    @property
    def missing(self) -> bool:
        """Whether the law wants it and nobody has filled it in."""
        return self.field.required and not self.value


def law_of(step: ClockStep) -> Step:
    """The step as its regime describes it."""
    law = regime_of(step.clock).step(step.key)
    if law is None:  # a version's file lost a step that a clock has
        raise LookupError(step.key)
    return law


def lines(step: ClockStep, viewer: Viewer) -> list[Line]:
    """The form of a step, in the active language. What nobody saved yet is prefilled with what `viewer` may see of the case."""
    made = []
    for field in law_of(step).fields:
        kept = step.form.get(field.key)
        filled = _PREFILL[field.prefill](step, viewer) if kept is None and field.prefill else ""
        made.append(Line(field, words(field.title), filled if kept is None else kept, kept is None and bool(filled)))
    return made


def level_of(clock: Clock) -> Tlp:
    """The marking of what is made from a clock: never below that of its case."""
    return Tlp(max(clock.tlp, clock.case.tlp if clock.case else 0))


def data(step: ClockStep, viewer: Viewer) -> dict[str, Any]:
    """The form for machines: keys and English are stable, moments are ISO 8601."""
    clock = step.clock
    regime = regime_of(clock)
    return {
        "format": FORMAT,
        "regime": {"key": regime.key, "version": regime.version, "source": regime.source},
        "step": {"key": step.key, "title": law_of(step).title, "article": step.article},
        "organisation": _organisation(clock),
        "recipient": {"name": step.recipient or clock.recipient, "confirmed_by": clock.recipient_confirmed_by},
        "case": clock.case.number if clock.case else None,
        "exercise": step.exercise,
        "tlp": level_of(clock).label,
        "facts": [
            {"fact": one.name, "at": one.at.isoformat(), "said_by": one.said_by}
            for one in clock.facts.order_by("recorded_at")
        ],
        "due": step.due_at.isoformat() if step.due_at else None,
        "submissions": [
            {"at": one.at.isoformat(), "by": one.by, "receipt": one.receipt} for one in step.submissions.all()
        ],
        "fields": [
            {
                "field": one.field.key,
                "title": one.field.title,
                "article": one.field.article,
                "required": one.field.required,
                "value": one.value,
            }
            for one in lines(step, viewer)
        ],
    }


def pdf(step: ClockStep, viewer: Viewer, *, language: str) -> bytes:
    """The form on paper, in one language."""
    with override(language):
        return documents.pdf(TEMPLATE, content(step, viewer), language=language)


def content(step: ClockStep, viewer: Viewer) -> dict[str, Any]:
    """What is printed, in the active language."""
    clock, regime = step.clock, regime_of(step.clock)
    missing = [one.title for one in lines(step, viewer) if one.missing]
    return {
        "title": step_title(step),
        "tlp": level_of(clock).label,
        "exercise": _("EXERCISE: nothing of this happened") if step.exercise else None,
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {words(regime.title)} · {step.article}",
        "facts": [(title, value) for title, value in _facts(step) if value],
        "form": _("Content"),
        "columns": [_("What the law asks"), _("Answer")],
        "lines": [[f"{one.title} ({one.field.article})" if one.field.article else one.title, one.value or "–"] for one in lines(step, viewer)],
        "missing": _("Not filled in yet: %(fields)s") % {"fields": ", ".join(missing)} if missing else "",
        "note": _("Source: %(source)s, version %(version)s. Paraat computes and reminds; the organisation decides and submits.")
        % {"source": regime.source, "version": regime.version},
    }  # fmt: skip


def _facts(step: ClockStep) -> list[tuple[str, str]]:
    clock, regime = step.clock, regime_of(step.clock)
    facts = [(words(regime.facts[one.name]), f"{shown(one.at, 'long')} ({one.said_by})") for one in clock.facts.all()]
    return [
        (_("Organisation"), clock.organisation.name),
        (_("Case"), clock.case.number if clock.case else ""),
        (_("To"), step.recipient or clock.recipient),
        (_("Regime"), words(regime.title)),
        *facts,
        (_("Due"), shown(step.due_at, "long") if step.due_at else ""),
        (_("Submitted"), shown(step.submitted_at, "long") if step.submitted_at else ""),
        (_("Receipt"), step.receipt),
    ]


def _organisation(clock: Clock) -> dict[str, str]:
    one = clock.organisation
    return {"name": one.name, "kind": one.kind, "nis": one.nis, "kbo": one.kbo}


# What a field is prefilled from ----------------------------------------------------------------------------------------------------


def _victim(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001  # one shape for all
    one = step.clock.organisation
    return f"{one.name} (KBO {one.kbo})" if one.kbo else one.name


def _person(step: ClockStep, role: str) -> str:
    rows = Contact.objects.filter(organisation=step.organisation_id, role=role).as_of(moment.today()).answering()
    found = rows.prefetch_related("channels").first()
    if found is None:
        return ""
    addresses = [channel.address for channel in found.channels.all() if channel.kind in {"mail", "voice"}]
    return ", ".join([found.name, *addresses])


def _contact(step: ClockStep, viewer: Viewer) -> str:
    return _person(step, Contact.Role.SPOC) if _reads_addresses(step, viewer) else ""


def _dpo(step: ClockStep, viewer: Viewer) -> str:
    found = _person(step, Contact.Role.DPO) or _person(step, Contact.Role.SPOC)
    return found if _reads_addresses(step, viewer) else ""


def _reads_addresses(step: ClockStep, viewer: Viewer) -> bool:
    """Addresses of contacts are for the team and for their own organisation."""
    return viewer.is_team or step.organisation_id in viewer.own


def _aware(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    fact = step.clock.facts.filter(name=regime_of(step.clock).trigger).first()
    return shown(fact.at, "long") if fact else ""


def _what(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    case = step.clock.case
    if case is None:
        return ""
    began = _("Began: %(moment)s.") % {"moment": shown(case.happened_at, "long")} if case.happened_at else ""
    return "\n".join(part for part in (case.title, case.summary, began) if part)


def _severity(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    case = step.clock.case
    return str(SEVERITIES[Severity(case.severity)]) if case else ""


def _classification(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    case = step.clock.case
    return case.classification if case else ""


def _services(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    rows = step.clock.case.services.exclude(status="up") if step.clock.case else []
    return "\n".join(f"{one.name}: {one.get_status_display()}" for one in rows)


def _indicators(step: ClockStep, viewer: Viewer) -> str:
    """Accepted ones that the viewer may see and that are marked no higher than the form."""
    case: Case | None = step.clock.case
    if case is None:
        return ""
    rows = Indicator.objects.visible_to(viewer).filter(
        sightings__case=case.pk, state=Indicator.State.ACCEPTED, tlp__lte=step.tlp, exercise=step.exercise
    )
    return "\n".join(f"{one.get_kind_display()}: {one.value}" for one in rows.distinct()[:MOST_INDICATORS])


def _exposed(step: ClockStep, viewer: Viewer, said: Callable[[Any], str]) -> str:
    case = step.clock.case
    if case is None:
        return ""
    rows = case.exposures.visible_to(viewer).filter(tlp__lte=step.tlp).exclude(certainty="claimed")
    return "\n".join(text for one in rows if (text := said(one)))


def _people(step: ClockStep, viewer: Viewer) -> str:
    return _exposed(step, viewer, lambda one: f"{one.whose}: {one.people or '?'}" if one.whose or one.people else "")


def _records(step: ClockStep, viewer: Viewer) -> str:
    return _exposed(
        step, viewer, lambda one: f"{one.what} ({', '.join(one.categories)})" if one.categories else one.what
    )


def _malicious(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    """Yes where the class of the case says that somebody means harm; else not known: a person decides."""
    case = step.clock.case
    hostile = (
        "malicious-code",
        "intrusion",
        "fraud",
        "abusive-content",
        "availability.dos",
        "availability.ddos",
        "availability.sabotage",
    )
    return "yes" if case and case.classification.startswith(hostile) else "unknown"


def _changes(step: ClockStep, viewer: Viewer) -> str:  # noqa: ARG001
    return "\n".join(f"{one['what']} ({one['at'][:10]})" for one in step.clock.changes)


_PREFILL: dict[str, Callable[[ClockStep, Viewer], str]] = {
    "victim": _victim,
    "contact": _contact,
    "dpo": _dpo,
    "aware": _aware,
    "what": _what,
    "severity": _severity,
    "classification": _classification,
    "services": _services,
    "indicators": _indicators,
    "exposed_people": _people,
    "exposed_data": _records,
    "malicious": _malicious,
    "unknown": lambda _step, _viewer: "unknown",
    "changes": _changes,
}
