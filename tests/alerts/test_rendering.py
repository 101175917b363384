"""What messages say, and what they never say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paraat.alerts import actions, rendering
from paraat.alerts.models import Delivery, Notice
from paraat.alerts.rules.content import Content
from paraat.formats.mail import read
from paraat.kernel.marking import Tlp
from paraat.platform.channels import short
from paraat.registry.models import Contact, ContactChannel, Organisation
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db
SECRET = "kraanvogel-zeven"


def message(**which: object):
    return rendering.outgoing(rendering.with_notices(Delivery.objects.filter(**which)).get())


def through(town: Organisation, kind: str, **more: object):
    """The message of an alert whose SPOC has only that kind of channel."""
    ContactChannel.objects.filter(contact=cast.contact(town)).exclude(kind=kind).delete()
    alert = staging.alert_for(town, **more)
    return message(alert=alert), staging.notice_of(alert, town)


def test_a_mail_says_what_who_when_the_consequence_what_to_do_and_what_comes_next(monkeypatch):
    monkeypatch.setenv("PARAAT_TEAM_PHONE", "02 000 00 00")
    mail, notice = through(cast.ronse(), "mail")
    for said in (
        "Uw website staat op een aangekondigde DDoS-doellijst", "www.ronse.be", "443", "NoName057(16) (A2)", "TLP:CLEAR",
        "inbraak", "1. Bel uw hostingbedrijf", "/n/", notice.code, "02 000 00 00", notice.alert.number,
    ):  # fmt: skip
        assert said in mail.text
        assert said.removeprefix("1. ") in mail.html
    assert '<html lang="nl">' in mail.html
    assert "<script" not in mail.html
    assert "style=" not in mail.html
    assert "<img" not in mail.html


def test_the_code_word_is_never_in_a_message():
    ronse = cast.ronse()
    Organisation.objects.filter(pk=ronse.pk).update(code_word=SECRET.encode())
    mail, _notice = through(ronse, "mail")
    assert SECRET not in mail.text + mail.html + mail.subject


def test_the_next_step_is_told_truthfully():
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    assert Delivery.objects.get(alert=alert).upcoming == "again"
    for _each in range(2):
        staging.later(alert, minutes=11)
    assert Delivery.objects.get(alert=alert, kind="voice").upcoming == "deputy"


@pytest.mark.parametrize("kind", ["sms", "voice", "matrix"])
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_short_messages_carry_a_wake_up_a_code_and_a_link_in_the_language_and_fit(kind, language):
    town = cast.ronse()
    Organisation.objects.filter(pk=town.pk).update(languages=[language])
    Contact.objects.filter(organisation=town).update(languages=[language])
    town.refresh_from_db()
    if kind == "matrix":
        ContactChannel.objects.filter(contact=cast.contact(town), kind="sms").update(
            kind="matrix", address="@spoc:ronse.example"
        )
    said, notice = through(town, kind)
    assert said.language == language
    assert notice.code in said.text
    assert ("/n/" in said.text) is (kind != "voice")
    assert short.refusal(kind, said.text) is None
    assert "ronse" not in said.text.replace("ronse.example", "").casefold()
    assert "ddos" not in said.text.casefold()
    if kind == "voice":
        assert "1" in said.text


def test_what_the_message_may_say_is_what_the_page_may_show():
    mail, notice = through(cast.ronse(), "mail", tlp=Tlp.RED)
    delivery = rendering.with_notices(Delivery.objects.filter(alert=notice.alert)).get()
    assert rendering.says_how_much(delivery) is Content.WAKE_UP
    assert "www.ronse.be" not in mail.text + mail.subject
    assert mail.html is None


def test_a_key_on_file_lets_everything_travel_with_a_wake_up_beside_it():
    ronse = cast.ronse()
    Contact.objects.filter(pk=cast.contact(ronse).pk).update(pgp_key="-----BEGIN PGP PUBLIC KEY BLOCK-----")
    mail, notice = through(ronse, "mail", tlp=Tlp.RED)
    assert "www.ronse.be" in mail.text
    assert mail.pgp_key is not None
    assert mail.wake_up is not None
    assert "www.ronse.be" not in mail.wake_up
    assert notice.code in mail.wake_up


def test_whether_the_provider_may_see_it_is_said():
    mail, _notice = through(cast.ronse(), "mail", tlp=Tlp.AMBER)
    view = rendering.view(Notice.objects.get(), "en")
    assert view.provider.startswith("Keep this within")
    assert view.provider != rendering.view(Notice.objects.get(), "en").title
    Notice.objects.update(tlp=Tlp.GREEN)
    assert rendering.view(Notice.objects.get(), "en").provider.startswith("You may show")
    assert "TLP:AMBER" in mail.text


def test_one_message_for_two_towns_names_both():
    ronse, eupen = cast.ronse(), cast.eupen()
    for town in (ronse, eupen):
        ContactChannel.objects.filter(contact__organisation=town).delete()
        ContactChannel.objects.create(contact=cast.contact(town), kind="mail", address="shared@group.example")
    mail = message(alert=staging.alert_for(ronse, eupen))
    assert "Ronse" in mail.text
    assert "www.eupen.be" in mail.text
    assert '<section lang="nl">' in mail.html
    assert '<section lang="de">' in mail.html


def test_a_correction_says_what_is_withdrawn_and_why():
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    Delivery.objects.update(state="accepted")
    actions.withdraw_alert(alert=alert, by=staging.officer(), reason="The list was of last year")
    mail = message(purpose="correction")
    assert alert.number in mail.subject
    assert "The list was of last year" in mail.text


def test_a_reminder_says_what_ends_when():
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    until = staging.NOW() + timedelta(minutes=30)
    actions.report_mitigation(notice=notice, by=staging.spoc(ronse), text="Filter on", until=until)
    actions.remind_mitigations()
    assert "Filter on" in message(purpose="reminder").text


def test_a_reply_that_quotes_our_mail_holds_only_the_persons_words():
    mail, _notice = through(cast.ronse(), "mail")
    quoted = "\n".join(["We zijn bezig.", "", *mail.text.splitlines()])
    raw = f"From: spoc@ronse.example\r\nTo: alerts@team.example\r\nSubject: Re: x\r\nMessage-ID: <a@b.example>\r\n\r\n{quoted}"
    assert read(raw.encode()).text == "We zijn bezig."


def test_an_announcement_says_what_was_written_in_every_language_that_it_has():
    ixelles = cast.ixelles()
    alert = actions.draft_announcement(
        by=staging.officer(), author=cast.duty_officer(), sender=None, audience={"kind": "municipality"}, title={"fr": "Essai", "nl": "Proef"},
        text={"fr": "Bonjour", "nl": "Dag"}, severity=1, tlp=1, valid_until=None,
    )  # fmt: skip
    actions.send_announcement(alert=alert, by=staging.officer())
    mail = message(alert=alert, contact__organisation=ixelles, contact__role="spoc")
    assert mail.subject == "Essai / Proef"
    assert mail.text.index("Bonjour") < mail.text.index("Dag")


def test_an_exercise_says_so_first():
    alert = staging.alert_for(cast.ronse(), exercise=True)
    assert message(alert=alert).subject.split(":")[0] in {"EXERCISE", "OEFENING"}


def test_rendering_takes_a_constant_number_of_queries(django_assert_num_queries):
    staging.alert_for(cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn())
    with django_assert_num_queries(2):
        for delivery in rendering.with_notices(Delivery.objects.all()):
            rendering.outgoing(delivery)
