"""The verbs of the registry: contacts come on board, addresses change safely, absences, tests, code words, personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import journal, moment
from paraat.platform.facts import Answered, Settled, Tells, Waits, announce
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.platform.registrations import personal_data
from paraat.registry import actions
from paraat.registry.actions.organisations import close_organisation
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, TestCall
from tests import cast

pytestmark = pytest.mark.django_db
OFFICE = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)  # a Tuesday, eleven o'clock in Brussels


class Heard(list[Any]):
    """The facts that were announced."""

    def of(self, kind: type[Any]) -> list[Any]:
        return [fact for fact in self if isinstance(fact, kind)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """What was announced while the test ran; nobody else hears it."""
    from paraat.platform import facts

    got = Heard()
    monkeypatch.setattr(facts, "_subscribers", {kind: [got.append] for kind in (Tells, Waits, Settled)})
    yield got


# Organisations --------------------------------------------------------------------------------------------------------------------
def test_an_organisation_is_put_on_file_by_hand() -> None:
    made = actions.add_organisation(kind="port", name="Port of X", by=SYSTEM, kbo="BE 0207.460.432")
    assert (made.kbo, made.languages, made.names) == ("0207460432", ["nl"], {"nl": "Port of X"})
    assert "kbo" in made.manual_fields


def test_an_unchanged_form_changes_nothing() -> None:
    ronse = cast.ronse()
    assert actions.change_organisation(organisation=ronse, by=SYSTEM, name="Ronse") == []
    assert not JournalEntry.objects.filter(chain=ronse.pk).exists()


def test_an_organisation_is_closed_once() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    close_organisation(organisation=ronse, on=OFFICE.date(), by=SYSTEM, merged_into=eupen.pk)
    with pytest.raises(Conflict):
        close_organisation(organisation=ronse, on=OFFICE.date(), by=SYSTEM)
    assert not Organisation.objects.as_of(OFFICE.date()).filter(pk=ronse.pk).exists()
    assert Organisation.objects.as_of(OFFICE.date() - timedelta(days=1)).filter(pk=ronse.pk).exists()
    with pytest.raises(Invalid):
        close_organisation(organisation=eupen, on=OFFICE.date(), by=SYSTEM, merged_into=eupen.pk)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("domain", "https://www.Ronse.example/", "ronse.example"),
        ("host", "Mail.Ronse.example.", "mail.ronse.example"),
        ("network", "192.0.2.9/24", "192.0.2.0/24"),
        ("network", "2001:db8::1", "2001:db8::1/128"),
        ("asn", "AS64500", "64500"),
        ("email_domain", "@ronse.example", "ronse.example"),
        ("page", "https://www.ronse.example/agb/", "www.ronse.example/agb"),
    ],
)
def test_an_asset_is_kept_normalised(kind: str, value: str, kept: str) -> None:
    assert actions.add_asset(organisation=cast.ronse(), kind=kind, value=value, by=SYSTEM).value == kept


def test_an_asset_is_on_file_once() -> None:
    with pytest.raises(Conflict):
        actions.add_asset(organisation=cast.ronse(), kind="domain", value="ronse.be", by=SYSTEM)


def test_adding_a_guess_by_hand_makes_it_certain() -> None:
    ronse = cast.ronse()
    guess = Asset.objects.create(organisation=ronse, kind="domain", value="renaix.be", source="rule")
    assert actions.add_asset(organisation=ronse, kind="domain", value="renaix.be", by=SYSTEM).pk == guess.pk
    guess.refresh_from_db()
    assert guess.verified_at


def test_a_new_domain_of_its_own_makes_a_mailbox_there_no_longer_out_of_band() -> None:
    ronse = cast.ronse()
    actions.add_asset(organisation=ronse, kind="email_domain", value="ronse.example", by=SYSTEM)
    flags = dict(ContactChannel.objects.filter(contact=cast.contact(ronse)).values_list("kind", "out_of_band"))
    assert flags == {"mail": False, "sms": True, "voice": True}


# Contacts -------------------------------------------------------------------------------------------------------------------------
def test_an_invitation_carries_a_link_in_the_contacts_language(heard: Heard) -> None:
    contact = cast.contact(cast.eupen())
    actions.invite_contact(contact=contact, by=SYSTEM)
    told = heard.of(Tells)[0]
    assert told.purpose == "invitation" and told.contact == contact.pk and "/c/" in told.body
    assert contact.invited_at is not None


def test_who_has_no_channel_is_not_invited() -> None:
    contact = actions.nominate_contact(organisation=cast.wemmel(), role="spoc", name="SPOC", nominated_by="", by=SYSTEM)
    with pytest.raises(Conflict):
        actions.invite_contact(contact=contact, by=SYSTEM)


def test_a_new_address_counts_only_after_the_old_one_confirmed_it(heard: Heard) -> None:
    channel = cast.channel(cast.ronse())
    old = channel.address
    actions.ask_channel_change(channel=channel, address="new@ronse.example", by=SYSTEM)
    assert channel.address == old and channel.pending_address == "new@ronse.example"
    told = heard.of(Tells)[0]
    assert told.channel == channel.pk and "new@ronse.example" in told.body
    assert heard.of(Waits)[0].kind == "channel_change"  # or an officer calls back
    actions.confirm_channel_change(channel=channel, by=SYSTEM, through="old channel")
    assert (channel.address, channel.pending_address) == ("new@ronse.example", "")
    assert heard.of(Settled)[0].key == heard.of(Waits)[0].key
    with pytest.raises(Conflict):
        actions.confirm_channel_change(channel=channel, by=SYSTEM, through="old channel")


def test_a_refused_address_changes_nothing(heard: Heard) -> None:
    channel = cast.channel(cast.ronse())
    old = channel.address
    actions.ask_channel_change(channel=channel, address="evil@ronse.example", by=SYSTEM)
    actions.refuse_channel_change(channel=channel, by=SYSTEM)
    channel.refresh_from_db()
    assert (channel.address, channel.pending_address) == (old, "")


def test_no_address_stands_in_the_journal(heard: Heard) -> None:
    channel = cast.channel(cast.ronse())
    actions.ask_channel_change(channel=channel, address="new@ronse.example", by=SYSTEM)
    actions.confirm_channel_change(channel=channel, by=SYSTEM, through="call-back")
    assert not JournalDetail.objects.filter(detail__icontains="@ronse.example").exists()


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("mail", "nobody"),
        ("sms", "12"),
        ("voice", "abc"),
        ("matrix", "x"),
        ("webhook", "http://x.example"),
        ("pigeon", "x"),
    ],
)
def test_an_address_of_the_wrong_kind_is_refused(kind: str, address: str) -> None:
    with pytest.raises(Invalid):
        actions.add_channel(contact=cast.contact(cast.ronse()), kind=kind, address=address, by=SYSTEM)


def test_an_absence_ends_after_it_starts_and_somebody_of_the_same_town_replaces() -> None:
    contact, now = cast.contact(cast.ronse()), moment.now()
    with pytest.raises(Invalid):
        actions.set_absence(contact=contact, since=now, until=now, by=SYSTEM)
    with pytest.raises(Invalid):
        actions.set_absence(contact=contact, since=now, until=None, replaced_by=cast.contact(cast.eupen()), by=SYSTEM)
    actions.set_absence(
        contact=contact, since=now, until=None, replaced_by=cast.contact(cast.ronse(), "deputy"), by=SYSTEM
    )
    assert contact.is_away(now)
    actions.end_absence(contact=contact, by=SYSTEM)
    assert not contact.is_away(now)
    with pytest.raises(Conflict):
        actions.end_absence(contact=contact, by=SYSTEM)


def test_contacts_are_asked_again_after_180_days_and_once(heard: Heard) -> None:
    contact = cast.contact(cast.ronse())
    later = cast.CONFIRMED + timedelta(days=181)
    Contact.objects.exclude(pk=contact.pk).update(confirmed_at=later)
    assert actions.ask_stale_to_confirm(now=later, by=SYSTEM) == 1
    assert actions.ask_stale_to_confirm(now=later, by=SYSTEM) == 0
    assert [told.contact for told in heard.of(Tells)] == [contact.pk]


# Tests twice a year ---------------------------------------------------------------------------------------------------------------
def test_a_test_goes_out_in_office_hours_twice_a_year(heard: Heard) -> None:
    contact = cast.contact(cast.ronse())
    assert actions.send_due_tests(now=OFFICE.replace(hour=18), by=SYSTEM) == 0
    assert actions.send_due_tests(now=OFFICE, by=SYSTEM) == 1
    assert actions.send_due_tests(now=OFFICE, by=SYSTEM) == 0
    assert heard.of(Tells)[0].purpose == "test" and heard.of(Tells)[0].contact == contact.pk
    assert actions.send_due_tests(now=OFFICE + timedelta(days=182), by=SYSTEM) == 1


def test_an_unanswered_test_becomes_a_task_once(heard: Heard) -> None:
    cast.ronse()
    actions.send_due_tests(now=OFFICE, by=SYSTEM)
    due = TestCall.objects.get().due_at
    assert actions.note_unanswered(now=due - timedelta(seconds=1), by=SYSTEM) == 0
    assert actions.note_unanswered(now=due, by=SYSTEM) == 1
    assert actions.note_unanswered(now=due, by=SYSTEM) == 0
    assert heard.of(Waits)[0].summary == "Ronse: the test alert was not answered"


def test_who_answers_is_tested_and_the_task_is_settled(heard: Heard) -> None:
    contact = cast.contact(cast.ronse())
    actions.send_due_tests(now=OFFICE, by=SYSTEM)
    test = TestCall.objects.get()
    actions.answer_test(test=test, by=SYSTEM)
    contact.refresh_from_db()
    assert contact.tested_at and heard.of(Settled)[0].key == f"test:{test.pk}"
    with pytest.raises(Conflict):
        actions.answer_test(test=test, by=SYSTEM)


@pytest.mark.parametrize(("how", "tested"), [("person", True), ("automatic", False), ("bounced", False)])
def test_only_a_person_answers_a_test(how: str, tested: bool) -> None:
    contact = cast.contact(cast.ronse())
    test = TestCall.objects.create(contact=contact, sent_at=OFFICE, due_at=OFFICE)
    announce(Answered(f"test:{test.pk}", contact.pk, how, "mail"))
    contact.refresh_from_db()
    assert (contact.tested_at is not None) is tested


# Code words and personal data -----------------------------------------------------------------------------------------------------
def test_a_code_word_is_kept_encrypted_and_changes() -> None:
    ronse = cast.ronse()
    actions.rotate_code_word(organisation=ronse, by=SYSTEM)
    first = actions.read_code_word(organisation=ronse, by=SYSTEM)
    assert first.encode() not in bytes(ronse.code_word)
    actions.rotate_code_word(organisation=ronse, by=SYSTEM)
    assert actions.read_code_word(organisation=ronse, by=SYSTEM) != first
    verbs = list(JournalEntry.objects.filter(chain=ronse.pk).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["codeword.rotate", "codeword.read"] * 2


def test_a_person_is_exported_and_erased_and_the_journal_still_holds() -> None:
    contact = cast.contact(cast.ronse())
    own = Actor(ActorKind.CONTACT, contact.pk, contact.name)
    actions.confirm_contact(contact=contact, by=own)
    holder = next(one for one in personal_data if one.name == "registry")
    said = holder.export(contact.pk)
    assert said["name"] == "SPOC, Ronse" and len(said["channels"]) == 3 and said["journal"] == ["contact.confirm"]
    assert holder.erase(contact.pk) > 3
    assert holder.erase(contact.pk) == 0
    contact.refresh_from_db()
    assert contact.name == "erased" and not contact.channels.exists()
    assert not JournalDetail.objects.filter(actor_label__contains="SPOC").exists()
    assert list(journal.verify()) == []


def test_personal_data_is_let_go_in_time() -> None:
    contact, today = cast.contact(cast.ronse()), moment.now().date()
    actions.end_contact(contact=contact, on=today - timedelta(days=364), by=SYSTEM)
    assert actions.let_go(by=SYSTEM) == 0
    Contact.objects.filter(pk=contact.pk).update(valid_until=today - timedelta(days=366))
    assert actions.let_go(by=SYSTEM) == 1
    contact.refresh_from_db()
    assert contact.erased_at


def test_every_registry_verb_has_its_words() -> None:
    import re
    from pathlib import Path

    from paraat.registry import words
    from paraat.web.deeds import DEEDS

    source = Path(words.__file__).parent / "actions"
    text = "".join(path.read_text(encoding="utf-8") for path in source.glob("*.py"))
    verbs = set(re.findall(r'(?:_?record\(\s*|else |verb = )"([a-z]+\.[a-z]+)"', text))
    assert len(verbs) > 25 and verbs <= set(DEEDS)
