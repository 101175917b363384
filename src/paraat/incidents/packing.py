"""What incidents put into the offline pack: the open cases with whom to phone and which clock runs out first, and the playbooks on paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from paraat.incidents import cards, playbooks
from paraat.incidents.clocks import DueLine, due_lines
from paraat.incidents.models import Case
from paraat.incidents.words import KINDS, kind_word
from paraat.kernel.marking import Role, Tlp, Viewer
from paraat.platform import configuration
from paraat.platform.registrations import PackSheet
from paraat.registry.models import ContactChannel

TEAM = Viewer(roles=frozenset({Role.DUTY_OFFICER}))
"""Who opens the pack."""
AHEAD_HOURS = 24 * 31
MOST_CARDS = 40
"""Cards on paper, of the victims of the worst open cases; the others' contacts stand in the list."""


def sheets(now: datetime) -> Iterator[PackSheet]:
    """The open cases, the clocks that run, and the first hour of every kind of incident."""
    cases = list(Case.objects.open().select_related("owner").order_by("exercise", "-severity", "opened_at"))
    due = due_lines(TEAM, within_hours=AHEAD_HOURS, now=now)
    yield _cases(cases, due)
    yield _clocks(due)
    yield _first_hour()


def files(now: datetime) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001  # the contract's parameter
    """The playbooks, and the contact cards of the victims of open cases, as PDF."""
    language = configuration.LANGUAGE.get()
    for kind in playbooks.load():
        yield f"playbooks/{kind}-{language}.pdf", cards.playbook_pdf(kind, language)
    victims: dict[UUID, Case] = {}
    for case in Case.objects.open().real().select_related("organisation").order_by("-severity", "opened_at"):
        victims.setdefault(case.organisation_id, case)
    for case in list(victims.values())[:MOST_CARDS]:
        town = case.organisation
        name = "".join(letter if letter.isalnum() else "-" for letter in town.name.lower())
        yield f"cards/{name}-{town.nis or str(town.pk)[-6:]}.pdf", cards.card_pdf(town, cards.language_of(town))


def _cases(cases: list[Case], due: list[DueLine]) -> PackSheet:
    ways, first = _ways(cases), _first(due)
    rows = tuple(
        (
            str(case.severity), _("EXERCISE") if case.exercise else "", case.number, case.victim, Tlp(case.tlp).label, case.title,
            str(case.get_state_display()), case.owner.name if case.owner else _("nobody"), ways[case.organisation_id], first.get(case.pk, ""),
        )
        for case in cases
    )  # fmt: skip
    columns = (
        _("Severity"), _("Exercise"), _("Case"), _("Victim"), "TLP", _("What"), _("State"), _("Owner"), _("Ask for"), _("First clock"),
    )  # fmt: skip
    return PackSheet("cases", _("Open cases"), columns, rows)


def _ways(cases: Iterable[Case]) -> defaultdict[UUID, str]:
    """Whom to phone, of every victim in one query: out-of-band numbers first."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    towns = {case.organisation_id for case in cases}
    channels = ContactChannel.objects.filter(
        contact__organisation__in=towns, contact__erased_at=None, contact__valid_until=None, kind__in=["voice", "sms"]
    )
    rows = channels.select_related("contact").order_by("-out_of_band", "contact__role", "position")
    for one in rows:
        words = f"{one.contact.name} {one.address}"
        if words not in found[one.contact.organisation_id]:
            found[one.contact.organisation_id].append(words)
    said: defaultdict[UUID, str] = defaultdict(str)
    said.update({town: "; ".join(words[:4]) for town, words in found.items()})
    return said


def _first(due: Iterable[DueLine]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for one in due:
        if one.case is not None:
            found.setdefault(one.case, f"{_moment(one.due_at)} {one.title} ({one.regime})")
    return found


def _clocks(due: Iterable[DueLine]) -> PackSheet:
    rows = tuple(
        (
            _moment(one.due_at), _("EXERCISE") if one.exercise else "", one.name, one.number, Tlp(one.tlp).label, one.title, one.regime,
            one.recipient, _("proposed: the organisation decides") if one.proposed else _("runs"),
        )
        for one in due
    )  # fmt: skip
    columns = (
        _("Due"), _("Exercise"), _("Organisation"), _("Case"), "TLP", _("Step"), _("Regime"), _("To whom"), _("State"),
    )  # fmt: skip
    return PackSheet("clocks", _("Statutory clocks"), columns, rows)


def _first_hour() -> PackSheet:
    language = configuration.LANGUAGE.get()
    rows = tuple(
        (kind_word(kind), str(place), sentence)
        for kind in KINDS
        if kind != "other"
        for place, sentence in enumerate(playbooks.first_hour(kind, language), start=1)
    )
    return PackSheet("first-hour", _("What to do in the first hour"), (_("Kind"), _("Step"), _("What")), rows)


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
