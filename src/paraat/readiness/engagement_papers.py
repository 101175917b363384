"""The papers of an engagement: the authorisation to sign, and the report at the end. PDF/UA, in the language of who reads."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import language
from paraat.platform.jinja import moment as shown
from paraat.readiness.engagement_terms import lacks
from paraat.readiness.hacking_words import LACKS, METHODS, SEVERITIES
from paraat.readiness.models import Authorisation, Engagement, Finding
from paraat.readiness.rules import cvss
from paraat.readiness.rules import terms as rules
from paraat.readiness.rules.terms import Entry, Terms
from paraat.registry.models import Organisation

AUTHORISATION, REPORT = "readiness/typst/authorisation.typ", "readiness/typst/hacking_report.typ"


def lacking(engagement: Engagement) -> list[Any]:
    """What must still be filled in, in words."""
    return [LACKS[name] for name in lacks(engagement)]


# The authorisation ----------------------------------------------------------------------------------------------------------------
def authorisation(paper: Authorisation) -> bytes:
    """The paper to sign, from the frozen terms, in the administrative language of who signs."""
    written = (paper.organisation.languages or ["nl"])[0]
    with translation.override(written), timezone.override(settings.TIME_ZONE):
        return documents.pdf(AUTHORISATION, _authorisation(paper, rules.read(paper.terms)), language=written)


def _authorisation(paper: Authorisation, terms: Terms) -> dict[str, Any]:
    row, now = paper.engagement, language()
    owner, signer = row.organisation.name_in(now), paper.organisation.name_in(now)
    return {
        "title": _("Authorisation to test: %(number)s") % {"number": row.number},
        "tlp": Tlp(row.tlp).label,
        "exercise": _exercise(row),
        "made": shown(paper.made_at, "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {row.number} · {paper.version} · {rules.control(paper.digest)}",
        "lead": _(
            "%(signer)s permits that the systems named below, of %(owner)s, are tested for weaknesses, within what stands here and no further."
        )
        % {"signer": signer, "owner": owner},
        "facts": _facts(row, terms),
        "control_title": _("Control number"),
        "control": rules.control(paper.digest),
        "control_note": _("It belongs to exactly these terms. Whoever compares this paper types it in."),
        "sections": list(_sections(terms)),
        "promises_title": _("What holds for all testing"),
        "promises": _promises(),
        "sign_title": _("Signature"),
        "sign": [_("Name"), _("Function"), _("Place and date"), _("Signature")],
        "sign_note": _("Signed by somebody who may bind %(signer)s.") % {"signer": signer},
    }


def _facts(row: Engagement, terms: Terms) -> list[tuple[str, str]]:
    days = {
        "first": date_format(terms.starts_on, "SHORT_DATE_FORMAT"),
        "last": date_format(terms.ends_on, "SHORT_DATE_FORMAT"),
    }
    return [
        (_("Whose systems"), row.organisation.name_in(language())),
        (_("Who tests"), row.firm.name_in(language()) if row.firm else _("The testers that the team invites by name")),
        (_("Days"), _("%(first)s until and including %(last)s") % days),
        (_("Emergency stop"), terms.stop_phone),
        (_("Deceiving people"), terms.social_words if terms.social else _("Not permitted.")),
    ]


def _sections(terms: Terms) -> list[dict[str, Any]]:
    """Titles with their lines; a list that is empty says so, since silence could be read in two ways."""
    nothing = [_("nothing")]
    names = _provider_names(terms)
    lists = [
        (_("What may be tested"), [_line(one, names) for one in terms.scope]),
        (_("What must be left alone"), [_line(one, names) for one in terms.excluded] or nothing),
        (_("Allowed methods"), [str(METHODS[one]) for one in terms.allowed] or nothing),
        (
            _("Forbidden methods"),
            [str(METHODS[one]) for one in terms.forbidden] or [_("Whatever is not allowed above.")],
        ),
    ]
    if terms.rules:
        lists.append((_("Other rules"), terms.rules.splitlines()))
    return [{"title": title, "lines": lines} for title, lines in lists]


def _line(entry: Entry, names: dict[str, str]) -> str:
    kinds = {
        "domain": _("%(value)s and everything below it"),
        "host": _("%(value)s"),
        "page": _("%(value)s and what lies below it"),
        "network": _("%(value)s"),
    }
    said = kinds[entry.kind] % {"value": entry.value}
    if not entry.provider:
        return said
    shared = _("shared infrastructure of %(name)s, only when it has signed too") % {
        "name": names.get(entry.provider, "?")
    }
    return f"{said} ({shared})"


def _provider_names(terms: Terms) -> dict[str, str]:
    keys = {one.provider for one in (*terms.scope, *terms.excluded) if one.provider}
    return {str(one.pk): one.name for one in Organisation.objects.filter(pk__in=keys)}


def _promises() -> list[str]:
    return [
        _("Before each new target the testers ask whether it is in scope; question and answer are kept."),
        _("Testers, owner and team can stop everything at once. It goes on only when the owner agrees."),
        _("What is found is told to the owner first, and to nobody else but the team and its auditors after it."),
        _("Data that are seen are not copied further than showing the weakness needs, and are destroyed afterwards."),
        _("A change of the scope, the days or the methods ends this authorisation; a new one must be signed."),
    ]


def _exercise(row: Engagement) -> str | None:
    return _("EXERCISE: nothing of this happened") if row.exercise else None


# The report -----------------------------------------------------------------------------------------------------------------------
def readable(row: Engagement, viewer: Viewer) -> list[Finding]:
    """The findings that the reader may read whole and that the owner was told of, the worst first."""
    rows = Finding.objects.visible_to(viewer).filter(engagement=row).exclude(state=Finding.State.DRAFT)
    return list(rows.prefetch_related("retests", "evidence").order_by("-score", "number"))


def withheld(row: Engagement, viewer: Viewer) -> int:
    """Of how many more the reader knows that there are; drafts are not counted."""
    known = Finding.objects.known_to(viewer).filter(engagement=row).exclude(state=Finding.State.DRAFT).count()
    return known - len(readable(row, viewer))


def report(row: Engagement, viewer: Viewer) -> bytes:
    """The report as PDF/UA, in the reader's language."""
    with timezone.override(settings.TIME_ZONE):
        return documents.pdf(REPORT, _report(row, viewer), language=language())


def _report(row: Engagement, viewer: Viewer) -> dict[str, Any]:
    found, left = readable(row, viewer), withheld(row, viewer)
    name = row.organisation.name_in(language())
    return {
        "title": _("Report of ethical hacking %(number)s: %(name)s") % {"number": row.number, "name": name},
        "tlp": Tlp(row.tlp).label,
        "exercise": _exercise(row),
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {row.number}",
        "lead": row.title,
        "facts": [
            (_("State"), str(row.get_state_display())),
            (_("Days"), f"{_day(row.starts_on)} - {_day(row.ends_on)}"),
            (_("Findings"), str(len(found))),
            (_("Stopped"), shown(row.stopped_at, "long") if row.stopped_at else _("never")),
            (_("Targets asked about"), str(row.checks.count())),
        ],
        "withheld": _("%(number)s more were told to the owner, who has not looked at them yet.") % {"number": left}
        if left
        else "",
        "scope_title": _("What was tested"),
        "scope": [one.value for one in row.scope.all() if not one.excluded],
        "table_title": _("Findings, the worst first"),
        "table_columns": [_("Number"), _("Title"), _("Severity"), _("State")],
        "table": [[one.number, one.title, _severity(one), str(one.get_state_display())] for one in found],
        "none": _("No finding."),
        "findings": [_finding(one) for one in found],
    }


def _day(day: Any) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "?"


def _severity(row: Finding) -> str:
    return f"{SEVERITIES[cvss.word_for(row.score)]} ({row.score})" if row.score is not None else str(SEVERITIES[""])


def _finding(row: Finding) -> dict[str, Any]:
    parts = [
        (_("What it is"), row.what),
        (_("How to see it"), row.reproduction),
        (_("What to do"), row.advice),
        (_("What the owner did"), row.fixed_how or row.accepted_because),
    ]
    return {
        "title": f"{row.number} · {row.title}",
        "facts": [
            (_("Target"), row.target),
            (_("Severity"), _severity(row)),
            ("CVSS 4.0", row.vector),
            (_("Kind"), row.pattern or "-"),
            (_("State"), str(row.get_state_display())),
            (_("Evidence"), "; ".join(f"{one.name} (SHA-256 {one.digest[:16]}…)" for one in row.evidence.all()) or "-"),
            (_("Tested again"), "; ".join(_retest(one) for one in row.retests.all()) or "-"),
        ],
        "parts": [{"title": title, "text": text} for title, text in parts if text],
    }


def _retest(one: Any) -> str:
    said = _("gone") if one.gone else _("still there")
    return f"{shown(one.at)}: {said} ({_('by who found it') if one.same_person else _('by another tester')})"


def report_json(row: Engagement, viewer: Viewer) -> bytes:
    """The same for machines."""
    content = {
        "number": row.number,
        "title": row.title,
        "organisation": row.organisation.name,
        "state": row.state,
        "exercise": row.exercise,
        "tlp": Tlp(row.tlp).label,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "scope": [{"kind": one.kind, "value": one.value, "excluded": one.excluded} for one in row.scope.all()],
        "authorisations": list(
            row.authorisations.in_force().values("version", "digest", "signed_digest", "signed_on", "checked_at")
        ),
        "targets_asked": row.checks.count(),
        "withheld": withheld(row, viewer),
        "findings": [finding_json(one) for one in readable(row, viewer)],
    }
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def finding_json(row: Finding) -> dict[str, Any]:
    """A finding whole, for machines."""
    names = (
        "number", "title", "state", "target", "what", "reproduction", "advice", "vector", "score", "pattern", "disclosed_at", "seen_at",
        "fixed_at", "fixed_how", "accepted_because",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "severity": cvss.word_for(row.score),
        "retests": [
            {"gone": one.gone, "at": one.at, "same_person": one.same_person, "note": one.note}
            for one in row.retests.all()
        ],
        "evidence": [{"name": one.name, "sha256": one.digest, "size": one.size} for one in row.evidence.all()],
    }
