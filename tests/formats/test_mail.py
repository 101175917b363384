"""Mail that comes back, as real programs write it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from textwrap import dedent
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.bounce import Action
from paraat.formats.mail import Found, Kind, message_id, plus_address, plus_token, read
from paraat.kernel import codes
from paraat.kernel.ids import uuid7

DELIVERY = UUID("01926b5c-7d1a-7c3e-9b1a-2f5d8e4c6a70")
OURS = plus_address("reply@team.example", DELIVERY)
QUOTE = "Ronse staat op een doelwitlijst. Code K7M-4PXT"


def mail(
    body: str = "Gezien, wij schakelen de bescherming in.\n",
    /,
    *,
    to: str = OURS,
    html: str | None = None,
    **headers: str,
) -> bytes:
    """A mail with these headers; `auto_submitted` becomes Auto-Submitted."""
    message = EmailMessage()
    message["From"] = headers.pop("sender", "SPOC Ronse <SPOC@ronse.example>")
    message["To"] = to
    message["Subject"] = headers.pop("subject", "Re: Aangekondigde DDoS-aanval")
    message["Date"] = "Tue, 08 Oct 2024 11:03:00 +0200"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def dsn(action: str = "failed", status: str = "5.1.1", *, original: str = "", to: str = OURS) -> bytes:
    """RFC 3464, the shape that Postfix and Exchange send."""
    head = original or f"Message-ID: {message_id(DELIVERY, 'team.example')}\nSubject: x\n"
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; spoc@ronse.example\n"
        f"Original-Recipient: rfc822;spoc@ronse.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{head}\n--b--\n"
    ).encode()


def test_a_persons_reply_is_human_and_says_what_she_wrote() -> None:
    found = read(mail(message_id="<a@ronse.example>"))
    assert (found.kind, found.delivery, found.found) == (Kind.HUMAN, DELIVERY, Found.ADDRESS)
    assert (found.sender, found.text) == ("spoc@ronse.example", "Gezien, wij schakelen de bescherming in.")
    assert (found.key, found.sent) == ("<a@ronse.example>", datetime(2024, 10, 8, 9, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("to", "headers", "found"),
    [
        (OURS.upper(), {}, Found.ADDRESS),
        ("reply@team.example", {"Delivered-To": OURS}, Found.ADDRESS),
        ("reply@team.example", {"X-Original-To": OURS}, Found.ADDRESS),
        ("reply@team.example", {"In-Reply-To": message_id(DELIVERY, "team.example")}, Found.THREAD),
        ("reply@team.example", {"References": f"<a@b.example> {message_id(DELIVERY, 'team.example')}"}, Found.THREAD),
        ("reply@team.example", {"In-Reply-To": "<other@b.example>"}, Found.NOTHING),
        ("reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@team.example", {}, Found.NOTHING),
    ],
)
def test_the_delivery_is_found_by_address_then_by_thread(to: str, headers: dict[str, str], found: Found) -> None:
    inbound = read(mail(to=to, **headers))
    assert inbound.found is found
    assert inbound.delivery == (None if found is Found.NOTHING else DELIVERY)


def test_else_the_code_in_what_the_person_wrote_and_not_in_the_quote() -> None:
    code = codes.make()
    assert read(mail(f"ok {code}\n", to="reply@team.example")).codes == (code,)
    assert (
        read(
            mail(
                f"ok\n\nOp di 8 okt 2024 om 11:00 schreef Team <alerts@team.example>:\n> code {code}\n",
                to="reply@team.example",
            )
        ).codes
        == ()
    )


@given(st.uuids(version=4))
def test_a_token_carries_the_delivery_whatever_happens_to_its_case(random: UUID) -> None:
    delivery = UUID(int=random.int & ~(0xF << 76) | 0x7 << 76)
    for token in (plus_token(delivery), plus_token(delivery).upper()):
        assert read(mail(to=f"Reply <reply+{token}@team.example>")).delivery == delivery
    assert len(plus_address("alerts@team.example", delivery).partition("@")[0]) <= 64


AUTOMATIC = [
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated (vacation)"},
    {"Auto-Submitted": "Auto-Replied; owner-email=x@y.example"},
    {"Precedence": "auto_reply"},
    {"Precedence": "bulk"},
    {"X-Autoreply": "yes"},
    {"X-Autorespond": "away"},
    {"Return-Path": "<>"},
    {"subject": "Automatic reply: Aangekondigde DDoS-aanval"},
    {"subject": "Out of Office Re: Aangekondigde DDoS-aanval"},
    {"subject": "Automatisch antwoord: Aangekondigde DDoS-aanval"},
    {"subject": "Afwezig: Aangekondigde DDoS-aanval"},
    {"subject": "Ik ben met verlof"},
    {"subject": "Réponse automatique : Attaque DDoS annoncée"},
    {"subject": "Absence du bureau : Attaque DDoS"},
    {"subject": "En congé jusqu'au 14 octobre"},
    {"subject": "Automatische Antwort: Angekündigter DDoS-Angriff"},
    {"subject": "Abwesenheitsnotiz: Angekündigter DDoS-Angriff"},
    {"subject": "Nicht im Büro"},
]


@pytest.mark.parametrize("headers", AUTOMATIC, ids=lambda headers: " ".join(headers.values()))
def test_an_automatic_reply_is_no_person(headers: dict[str, str]) -> None:
    found = read(mail("Ik ben terug op 14 oktober.\n", **headers))
    assert (found.kind, found.delivery) == (Kind.AUTOMATIC, DELIVERY)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "no"},
        {"subject": "Re: Automatic reply test"},
        {"subject": "RE: AW: Abwesenheit des SPOC"},
        {"subject": "Aangekondigde DDoS-aanval"},
        {"subject": "Antw: DDoS"},
        {"Precedence": "first-class"},
        {"subject": ""},
    ],
)
def test_a_person_is_not_taken_for_a_robot(headers: dict[str, str]) -> None:
    assert read(mail(**headers)).kind is Kind.HUMAN


@pytest.mark.parametrize(
    ("action", "status", "kind", "permanent"),
    [
        ("failed", "5.1.1", Kind.BOUNCE, True),
        ("failed", "4.4.7", Kind.BOUNCE, False),
        ("delayed", "4.4.1", Kind.DELAY, False),
        ("delivered", "2.0.0", Kind.RECEIPT, False),
        ("relayed", "2.0.0", Kind.RECEIPT, False),
        ("FAILED", "5.0.0", Kind.BOUNCE, True),
    ],
)
def test_a_standard_report_says_who_and_for_how_long(action: str, status: str, kind: Kind, permanent: bool) -> None:
    found = read(dsn(action, status))
    assert found.kind is kind and found.report
    assert (found.report.recipient, found.report.status, found.report.permanent) == (
        "spoc@ronse.example",
        status,
        permanent,
    )
    assert "no such user" in found.report.diagnostic
    assert found.delivery == DELIVERY


def test_a_report_without_our_address_is_found_by_the_message_that_it_encloses() -> None:
    found = read(dsn(to="bounce@team.example"))
    assert (found.delivery, found.found) == (DELIVERY, Found.REPORT)


EXIM = f"""\
Return-Path: <>
X-Failed-Recipients: spoc@ronse.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: bounce@team.example
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

  spoc@ronse.example
    host mx.ronse.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<spoc@ronse.example>:
    550 5.1.1 <spoc@ronse.example>: User unknown

------ This is a copy of the message's headers. ------
Message-ID: {message_id(DELIVERY, "team.example")}
"""
QMAIL = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: bounce@team.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<spoc@ronse.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 no mailbox here by that name
"""
FRENCH = """\
From: postmaster@mx.example
To: bounce@team.example
Subject: =?utf-8?Q?Non_remis_:_Attaque_DDoS_annonc=C3=A9e?=
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Le message n'a pas pu être remis à spoc@eupen.example : cette boîte n'existe pas.
"""
WAITING = """\
From: MAILER-DAEMON@mx.example
To: bounce@team.example
Subject: Warning: could not send message for past 4 hours

THIS IS A WARNING MESSAGE ONLY. spoc@ronse.example: 451 4.7.1 try again later
"""


@pytest.mark.parametrize(
    ("text", "kind", "status", "recipient"),
    [
        (EXIM, Kind.BOUNCE, "5.1.1", "spoc@ronse.example"),
        (QMAIL, Kind.BOUNCE, "5.0.0", "spoc@ronse.example"),
        (FRENCH, Kind.BOUNCE, "5.0.0", "spoc@eupen.example"),
        (WAITING, Kind.DELAY, "4.7.1", "spoc@ronse.example"),
    ],
    ids=["exim", "qmail", "french", "waiting"],
)
def test_reports_in_free_text_are_understood_too(text: str, kind: Kind, status: str, recipient: str) -> None:
    found = read(text.encode())
    assert found.kind is kind and found.report
    assert (found.report.status, found.report.recipient) == (status, recipient)
    assert found.report.diagnostic
    assert found.delivery == (DELIVERY if text is EXIM else None)


def test_a_person_who_writes_about_a_failure_is_no_bounce() -> None:
    found = read(
        mail("Uw mail kon niet worden bezorgd aan mijn collega, 550 user unknown.\n", subject="Undelivered Mail")
    )
    assert found.kind is Kind.HUMAN and found.report is None


def test_a_receipt_is_written_by_a_program() -> None:
    raw = (
        f"From: spoc@ronse.example\nTo: {OURS}\nSubject: Gelezen: x\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour message was displayed.\n\n--b\nContent-Type: message/disposition-notification\n\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
    )
    assert read(raw.encode()).kind is Kind.RECEIPT


def test_our_own_message_coming_back_is_a_loop() -> None:
    assert read(mail(X_Paraat_Delivery=str(DELIVERY))).kind is Kind.LOOP
    assert read(mail(sender="Team <Alerts@team.example>"), own=frozenset({"alerts@team.example"})).kind is Kind.LOOP


REPLIES = {
    "gmail nl": f"Gezien.\n\nOp di 8 okt 2024 om 11:00 schreef Team <alerts@team.example>:\n\n> {QUOTE}\n",
    "gmail en, wrapped": (
        f"Gezien.\n\nOn Tue, 8 Oct 2024 at 11:00, Team of the whole region with a long"
        f" name\n<alerts@team.example> wrote:\n\n> {QUOTE}\n"
    ),
    "gmail fr": f"Gezien.\n\nLe mar. 8 oct. 2024 à 11:00, Team <alerts@team.example> a écrit :\n\n> {QUOTE}\n",
    "gmail de": f"Gezien.\n\nAm Di., 8. Okt. 2024 um 11:00 Uhr schrieb Team <alerts@team.example>:\n\n> {QUOTE}\n",
    "thunderbird de": f"Gezien.\n\nAm 08.10.24 um 11:00 schrieb Team:\n> {QUOTE}\n",
    "outlook nl": (
        f"Gezien.\n\nVan: Team <alerts@team.example>\nVerzonden: dinsdag 8 oktober 2024 11:00\nAan:"
        f" SPOC\nOnderwerp: DDoS\n\n{QUOTE}\n"
    ),
    "outlook fr": (
        f"Gezien.\n\n________________________________\nDe : Team <alerts@team.example>\nEnvoyé : mardi 8"
        f" octobre 2024 11:00\nÀ : SPOC\nObjet : DDoS\n\n{QUOTE}\n"
    ),
    "outlook de": (
        f"Gezien.\n\nVon: Team <alerts@team.example>\nGesendet: Dienstag, 8. Oktober 2024 11:00\nAn:"
        f" SPOC\nBetreff: DDoS\n\n{QUOTE}\n"
    ),
    "outlook en": f"Gezien.\n\n-----Original Message-----\nFrom: Team <alerts@team.example>\nSent: Tuesday\n\n{QUOTE}\n",
    "outlook nl old": f"Gezien.\n\n-----Oorspronkelijk bericht-----\n{QUOTE}\n",
    "outlook mobile": f"*From:* x\nGezien.\n\n*Van:* Team <alerts@team.example>\n*Verzonden:* dinsdag\n*Aan:* SPOC\n\n{QUOTE}\n".replace(
        "*From:* x\n", ""
    ),
    "signature": "Gezien.\n\n-- \nSPOC Ronse\nTelefoon\n",
    "only the quote below": f"Gezien.\n> {QUOTE}\n",
    "our marker": f"Gezien.\n##- Antwoord boven deze lijn -##\n{QUOTE}\n",
    "windows line ends": f"Gezien.\r\n\r\nOp 8/10/2024 11:00 schreef Team:\r\n> {QUOTE}\r\n",
    "team wrote on": f"Gezien.\n\nTeam <alerts@team.example> schreef op di 8 okt 2024 11:00:\n\n> {QUOTE}\n",
}


@pytest.mark.parametrize("body", REPLIES.values(), ids=REPLIES.keys())
def test_the_own_words_come_without_the_quote(body: str) -> None:
    assert read(mail(body)).text == "Gezien."


def test_answers_between_the_lines_of_a_quote_are_kept() -> None:
    body = "Op 8/10/2024 schreef Team:\n> Wie zag het?\nDe wachtdienst.\n> Tot wanneer?\nTot vanavond.\n"
    assert "De wachtdienst.\nTot vanavond." in read(mail(body)).text
    assert "Wie zag het" not in read(mail(body)).text


def test_ordinary_text_is_not_taken_for_a_quote() -> None:
    body = "Beste team,\n\nVan: nu af doen we dit zelf.\nDe mensen zijn verwittigd: twee diensten.\nWij schreven dit al: zie boven.\n\nOn it.\n"
    assert read(mail(body)).text == body.strip()


HTML = {
    "gmail": (
        f'<div dir="ltr">Gezien.</div><br><div class="gmail_quote"><div class="gmail_attr">Op di schreef'
        f" x:</div><blockquote>{QUOTE}</blockquote></div>"
    ),
    "outlook": (
        f"<html><head><style>p {{color:red}}</style></head><body><p>Gezien.</p><div"
        f' id="appendonsend"></div><hr><div id="divRplyFwdMsg">Van: x</div><p>{QUOTE}</p></body>'
    ),
    "apple": f'<div>Gezien.</div><blockquote type="cite"><div>{QUOTE}</div></blockquote>',
    "thunderbird": (
        f'<p>Gezien.</p><div class="moz-cite-prefix">Op 8/10 schreef x:<br></div><blockquote'
        f' type="cite"><p>a</p><blockquote>b</blockquote>{QUOTE}</blockquote>'
    ),
    "broken": f"<p>Gezien.<blockquote>{QUOTE}",
}


@pytest.mark.parametrize("html", HTML.values(), ids=HTML.keys())
def test_a_reply_in_html_alone_is_read_too(html: str) -> None:
    raw = f"From: spoc@ronse.example\nTo: {OURS}\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{html}\n"
    assert read(raw.encode()).text == "Gezien."


def test_wrong_charsets_and_encodings_are_read_as_far_as_they_go() -> None:
    raw = dedent(f"""\
        From: =?nonsense?Q?SPOC?= <spoc@ronse.example>
        To: {OURS}
        Subject: =?utf-8?B?!!!?= Re: x
        Date: the day before yesterday
        Content-Type: text/plain; charset="klingon"
        Content-Transfer-Encoding: base64

        R2V6aWVuLg==
        """)
    found = read(raw.encode())
    assert (found.text, found.sender, found.sent, found.kind) == ("Gezien.", "spoc@ronse.example", None, Kind.HUMAN)


def test_an_encrypted_reply_says_so() -> None:
    raw = f'From: spoc@ronse.example\nTo: {OURS}\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary="b"\n\n--b\n\nVersion: 1\n--b--\n'
    found = read(raw.encode())
    assert (found.encrypted, found.delivery) == (True, DELIVERY)


def test_the_same_message_has_the_same_key_and_another_has_another() -> None:
    assert read(mail("a")).key == read(mail("a")).key != read(mail("b")).key
    assert read(mail("a", Message_ID="<x@y.example>")).key == "<x@y.example>"


@given(st.binary(max_size=2000))
def test_no_bytes_break_it(raw: bytes) -> None:
    read(raw)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "From",
                    "To",
                    "Subject",
                    "Date",
                    "Content-Type",
                    "Auto-Submitted",
                    "References",
                    "Content-Transfer-Encoding",
                    "Return-Path",
                    "Message-ID",
                ]
            ),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
            | st.sampled_from(
                [
                    "multipart/report; boundary=b",
                    "message/rfc822",
                    "message/delivery-status",
                    "base64",
                    "=?utf-8?q?=ff?=",
                    "text/plain; charset=idna",
                    "<>",
                    "text/html; charset=punycode",
                ]
            ),
        ),
        max_size=8,
    ),
    st.sampled_from(
        [
            "--b\n\nx\n--b--",
            "Action: failed\n\nStatus: 5.1.1",
            "<blockquote",
            "&#x110000;",
            "\0",
            "Op x schreef y:\n>",
            "<![CDATA[",
            "<!x",
        ]
    ),
)
def test_no_headers_break_it(headers: list[tuple[str, str]], body: str) -> None:
    found = read("".join(f"{name}: {value}\n" for name, value in headers).encode() + b"\n" + body.encode())
    assert found.text.encode() is not None and "\0" not in found.text + found.subject + found.sender


def test_a_huge_quote_is_read_in_a_moment() -> None:
    import time

    begin = time.process_time()
    for line in ("> x\n", "On a wrote\n", "Van: x\n", "-" * 200 + "\n", "Le " + "a " * 100 + "\n", " " * 300 + "\n"):
        read(mail(line * 5000))
    assert time.process_time() - begin < 5


def test_a_report_of_several_recipients_is_as_bad_as_the_worst() -> None:
    two = dsn("delivered", "2.0.0").replace(
        b"\n\n--b\nContent-Type: text/rfc822",
        b"\n\nFinal-Recipient: rfc822; b@c.example\nAction: failed\nStatus: 5.2.2\n\n--b\nContent-Type: text/rfc822",
    )
    found = read(two)
    assert found.report and (found.report.action, found.report.recipient) == (Action.FAILED, "b@c.example")


def test_a_uuid_of_another_system_is_not_a_delivery() -> None:
    assert (
        read(mail(to="x@team.example", In_Reply_To="<3f2504e0-4f89-41d3-9a0c-0305e82c3301@other.example>")).delivery
        is None
    )
    assert read(mail(to="x@team.example", In_Reply_To=f"<{uuid7()}@team.example>")).delivery is not None
