"""A contact's own page: a signed link, no account, and nothing happens by merely opening it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from paraat.kernel.actor import SYSTEM
from paraat.platform import crypto, moment
from paraat.registry import actions, links
from paraat.registry.models import Contact, ContactChannel, TestCall
from tests import cast

pytestmark = pytest.mark.django_db


def path_of(contact: Contact) -> str:
    return (
        links.contact_url(contact, moment.now()).partition("/c/")[1]
        + links.contact_url(contact, moment.now()).partition("/c/")[2]
    )


def test_opening_the_link_shows_and_changes_nothing(client: Client) -> None:
    contact = cast.contact(cast.ronse())
    answer = client.get(path_of(contact))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "SPOC, Ronse" in text and "spoc@ronse.example" in text
    contact.refresh_from_db()
    assert contact.confirmed_at == cast.CONFIRMED


def test_the_page_speaks_the_contacts_language(client: Client) -> None:
    text = client.get(path_of(cast.contact(cast.eupen()))).content.decode()
    assert '<html lang="de"' in text


@pytest.mark.parametrize("cookie", ["xx", "../../nl", "a\0b"])
def test_a_language_that_we_do_not_speak_is_not_tried(client: Client, cookie: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    answer = client.get(path_of(cast.contact(cast.eupen())))
    assert '<html lang="de"' in answer.content.decode()


def test_a_contact_confirms_its_own_data(client: Client) -> None:
    contact = cast.contact(cast.ronse())
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=None)
    client.post(path_of(contact), {"do": "confirm"})
    contact.refresh_from_db()
    assert contact.confirmed_at


def test_a_contact_answers_its_test(client: Client) -> None:
    contact, now = cast.contact(cast.ronse()), moment.now()
    test = TestCall.objects.create(contact=contact, sent_at=now, due_at=now)
    path = path_of(contact)
    assert 'value="test"' in client.get(path).content.decode()
    client.post(path, {"do": "test"})
    test.refresh_from_db()
    assert test.answered_at
    assert 'value="test"' not in client.get(path).content.decode()


def test_a_contact_sets_and_ends_its_absence(client: Client) -> None:
    ronse = cast.ronse()
    contact, path = cast.contact(ronse), path_of(cast.contact(ronse))
    client.post(path, {"do": "away", "since": "2026-01-01T08:00", "replaced_by": str(cast.contact(ronse, "deputy").pk)})
    contact.refresh_from_db()
    assert contact.away_from and contact.replaced_by == cast.contact(ronse, "deputy")
    client.post(path, {"do": "back"})
    contact.refresh_from_db()
    assert contact.away_from is None


def test_nobody_of_another_town_can_replace(client: Client) -> None:
    contact = cast.contact(cast.ronse())
    other = cast.contact(cast.eupen())
    client.post(path_of(contact), {"do": "away", "since": "2026-01-01T08:00", "replaced_by": str(other.pk)})
    contact.refresh_from_db()
    assert contact.away_from is None


def test_a_changed_address_waits_for_the_old_one(client: Client) -> None:
    contact, channel = cast.contact(cast.ronse()), cast.channel(cast.ronse())
    client.post(path_of(contact), {"do": "channel", "channel": str(channel.pk), "address": "new@ronse.example"})
    channel.refresh_from_db()
    assert (channel.address, channel.pending_address) == ("spoc@ronse.example", "new@ronse.example")
    path = links.channel_url(channel, moment.now()).partition("/c/")
    assert client.get("/c/" + path[2]).status_code == 200
    channel.refresh_from_db()
    assert channel.pending_address  # a mail scanner that opens the link confirms nothing
    assert client.post("/c/" + path[2], {"do": "confirm"}).status_code == 200
    channel.refresh_from_db()
    assert (channel.address, channel.pending_address) == ("new@ronse.example", "")
    assert client.get("/c/" + path[2]).status_code == 404


def test_a_later_request_makes_the_earlier_link_void(client: Client) -> None:
    channel = cast.channel(cast.ronse())
    actions.ask_channel_change(channel=channel, address="first@ronse.example", by=SYSTEM)
    first = "/c/" + links.channel_url(channel, moment.now()).partition("/c/")[2]
    actions.ask_channel_change(channel=channel, address="second@ronse.example", by=SYSTEM)
    assert client.post(first, {"do": "confirm"}).status_code == 404
    channel.refresh_from_db()
    assert channel.address == "spoc@ronse.example"


def test_another_contacts_channel_cannot_be_changed(client: Client) -> None:
    contact, other = cast.contact(cast.ronse()), cast.channel(cast.eupen())
    answer = client.post(path_of(contact), {"do": "channel", "channel": str(other.pk), "address": "x@x.example"})
    assert answer.status_code == 404
    assert not ContactChannel.objects.exclude(pending_address="").exists()


@pytest.mark.parametrize("kind", ["nonsense", "expired", "other purpose", "erased"])
def test_a_link_that_no_longer_works_says_what_to_do(client: Client, kind: str) -> None:
    contact, now = cast.contact(cast.ronse()), moment.now()
    token = {
        "nonsense": "AAAA",
        "expired": crypto.sign_link("contact", contact.pk, now - timedelta(seconds=1)),
        "other purpose": crypto.sign_link("notice", contact.pk, now + timedelta(days=1)),
        "erased": crypto.sign_link("contact", contact.pk, now + timedelta(days=1)),
    }[kind]
    if kind == "erased":
        actions.erase_contact(contact=contact, by=SYSTEM)
    answer = client.get(f"/c/{token}/")
    assert answer.status_code == (410 if kind == "expired" else 404)
    assert "SPOC" not in answer.content.decode()
