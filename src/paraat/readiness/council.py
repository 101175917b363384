"""The report on measures for a council, in plain words: what was promised, what is done, what is late and why, what it costs, what it protects.

It is made of counts and of the sentences here, never of titles or details of measures; decision 39 says why.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown
from paraat.readiness.models import Measure
from paraat.readiness.rules import council as rules
from paraat.registry.models import Organisation

TEMPLATE = "readiness/typst/council.typ"
LANGUAGES = ("nl", "fr", "de", "en")
SPAN = timedelta(days=365)
"""What was verified longer ago is no longer told."""

GOALS = {
    "out": (
        gettext_lazy("Keeping attackers out"),
        gettext_lazy("So that nobody else can sign in, change or steal what residents entrusted to us."),
    ),
    "on": (
        gettext_lazy("Noticing an attack and going on"),
        gettext_lazy("So that permits, payments and care go on when systems fail, and come back within days."),
    ),
    "together": (
        gettext_lazy("Working together"),
        gettext_lazy(
            "So that everybody here and at our suppliers knows what to do before, during and after an attack."
        ),
    ),
}
"""What a goal is called, and what it protects."""

ACHIEVED = {
    "signing_in": gettext_lazy("Signing in became safer."),
    "access": gettext_lazy("Fewer people can change what they need not change."),
    "updates": gettext_lazy("Systems are kept up to date better."),
    "network": gettext_lazy("A problem in one place spreads less easily to another."),
    "old": gettext_lazy("Something old that was no longer safe was replaced."),
    "watching": gettext_lazy("An attack would be noticed earlier."),
    "backups": gettext_lazy("Copies of our data were put in order, and can be put back."),
    "continuity": gettext_lazy("Services to residents can go on better when systems fail."),
    "people": gettext_lazy("Staff know better what to do."),
    "suppliers": gettext_lazy("Agreements with suppliers became better."),
    "governance": gettext_lazy("It is clearer who decides and who answers for what."),
    "other": gettext_lazy("Other improvements were made."),
}
"""What may be said of what is done: an attacker finds nothing open there any more."""

DELAYS = {
    "": gettext_lazy("No reason was given yet."),
    "money": gettext_lazy("There is no budget for it yet."),
    "people": gettext_lazy("There are not enough people to do it."),
    "supplier": gettext_lazy("A supplier must do something first."),
    "order": gettext_lazy("Other measures went first."),
    "harder": gettext_lazy("It is more work than was thought."),
    "decision": gettext_lazy("A decision must be taken first."),
}
STANDS = {
    "verified": gettext_lazy("done, and checked by a second person"),
    "said": gettext_lazy("said to be done, not yet checked"),
    "late": gettext_lazy("late"),
    "open": gettext_lazy("planned"),
}


def figures_of(organisation: Organisation, viewer: Viewer) -> rules.Report:
    """The figures over the real measures of an organisation that the viewer may see; of what is verified that of the last year."""
    today = moment.today()
    rows = Measure.objects.visible_to(viewer).real().filter(organisation=organisation)
    recent = moment.now() - SPAN
    lines = [
        _line(one) for one in rows.exclude(verified_at__lt=recent) if one.state != "dropped" or one.created_at > recent
    ]
    return rules.report(lines, today)


def _line(row: Measure) -> rules.Line:
    return rules.Line(
        topic=row.topic,
        state=row.state,
        due_on=row.due_on,
        first_due_on=row.first_due_on,
        verified_on=moment.day(row.verified_at) if row.verified_at else None,
        cost=row.cost,
        cost_yearly=row.cost_yearly,
        delay=row.delay,
        plain=row.plain,
        waits=row.supplier_id is not None,
    )


def content(organisation: Organisation, report: rules.Report, language: str) -> dict[str, Any]:
    """Every word of the report, for the page and for paper alike."""
    with override(language):
        return {
            "language": language,
            "title": _("Digital safety of %(name)s: what was promised and what is done")
            % {"name": organisation.name_in(language)},
            "as_of": _("As of %(day)s") % {"day": _day(moment.today())},
            "lead": _lead(report),
            "goals_title": _("What it is for, and how far it is"),
            "goals_columns": [
                _("For what"),
                _("Promised"),
                _("Done and checked"),
                _("Said to be done"),
                _("On time"),
                _("Late"),
            ],
            "goals": [_goal(one) for one in report.goals if one.promised],
            "done_title": _("What was done in the last twelve months"),
            "done": _done(report),
            "late_title": _("What is late, and why"),
            "late": [_late(one) for one in report.lates] or [_("Nothing is late.")],
            "cost_title": _("What it costs"),
            "cost": _cost(report),
            "sentences_title": _("In the words of our organisation"),
            "sentences": [f"{plain} ({STANDS[stands]})" for plain, stands in report.sentences],
            "not_title": _("What this report does not say"),
            "not": [
                _(
                    "It names no system, no supplier and no weakness, and of what is not done it says only what it is for:"
                    " such a list would help an attacker first."
                ),
                _(
                    "Members of the council who must know more can ask the head of administration, who reads the list itself."
                ),
                _(
                    "“Done and checked” means that another person than the one who did it has looked."
                    " It does not mean that an attack is impossible."
                ),
            ],
        }


def pdf(organisation: Organisation, report: rules.Report, language: str) -> bytes:
    """The same on paper: PDF/UA."""
    data = content(organisation, report, language)
    with override(language):
        data |= {
            "tlp": Tlp.GREEN.label,
            "exercise": None,
            "made": shown(moment.now(), "long"),
            "footer": f"{organisation.name_in(language)} · {configuration.TEAM_NAME.get()}",
        }
    return documents.pdf(TEMPLATE, data, language=language)


def language_for(organisation: Organisation, asked: str) -> str:
    """The language that was asked for, else the organisation's first."""
    if asked in LANGUAGES:
        return asked
    first = (organisation.languages or ["nl"])[0]
    return first if first in LANGUAGES else "nl"


def _lead(report: rules.Report) -> list[str]:
    """How far it is in sentences; what is nothing is left out, lateness never."""
    if not report.promised:
        return [_("No measure was promised yet.")]
    said: list[tuple[int, str]] = [
        (report.promised, ngettext("%(n)s measure was promised.", "%(n)s measures were promised.", report.promised)),
        (
            report.verified,
            ngettext(
                "%(n)s is done, and was checked by a second person.",
                "%(n)s are done, and were checked by a second person.",
                report.verified,
            ),
        ),
        (
            report.said,
            ngettext(
                "%(n)s is said to be done, and waits for that check.",
                "%(n)s are said to be done, and wait for that check.",
                report.said,
            ),
        ),
        (
            report.on_time,
            ngettext(
                "%(n)s is still to be done and on time.", "%(n)s are still to be done and on time.", report.on_time
            ),
        ),
        *_troubles(report),
    ]
    told = [words % {"n": n} for n, words in said if n]
    return told if report.late else [*told, _("Nothing is late.")]


def _troubles(report: rules.Report) -> list[tuple[int, str]]:
    return [
        (report.late, ngettext("%(n)s is late.", "%(n)s are late.", report.late)),
        (
            report.postponed,
            ngettext(
                "%(n)s got a later day than was promised first.",
                "%(n)s got a later day than was promised first.",
                report.postponed,
            ),
        ),
        (report.waiting, ngettext("%(n)s waits for a supplier.", "%(n)s wait for a supplier.", report.waiting)),
        (
            report.dropped,
            ngettext(
                "%(n)s was dropped, with a reason that is on file.",
                "%(n)s were dropped, each with a reason that is on file.",
                report.dropped,
            ),
        ),
    ]


def _goal(one: rules.Goal) -> dict[str, Any]:
    name, protects = GOALS[one.name]
    counts = [str(n) for n in (one.promised, one.verified, one.said, one.on_time, one.late)]
    return {"name": str(name), "protects": str(protects), "counts": counts}


def _done(report: rules.Report) -> list[str]:
    return [str(ACHIEVED[topic]) for topic, _n in report.achieved] or [_("Nothing was done and checked yet.")]


def _late(one: rules.Late) -> str:
    name, _protects = GOALS[one.goal]
    values = {
        "goal": name,
        "n": one.count,
        "since": _month(one.first_promised) if one.first_promised else "",
        "why": DELAYS[one.delay],
    }
    said = ngettext(
        "%(goal)s: %(n)s measure, promised for %(since)s. %(why)s",
        "%(goal)s: %(n)s measures, the first promised for %(since)s. %(why)s",
        one.count,
    )
    return said % values


def _cost(report: rules.Report) -> list[tuple[str, str]]:
    rows = [
        (_("Still to be paid, once"), _euro(report.cost_open)),
        (_("Paid for what is done"), _euro(report.cost_done)),
        (_("Every year"), _euro(report.yearly)),
    ]
    if report.unpriced:
        said = ngettext("%(n)s measure still to be done", "%(n)s measures still to be done", report.unpriced) % {
            "n": report.unpriced
        }
        rows.append((_("Without an estimate of the cost"), said))
    return rows


def _locale() -> Locale:
    return Locale.parse({"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE"}.get(get_language() or "en", "en_GB"))


def _euro(amount: Decimal) -> str:
    return str(format_currency(amount, "EUR", locale=_locale()))


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=_locale()))


def _month(day: date) -> str:
    return str(format_date(day, "MMMM yyyy", locale=_locale()))
