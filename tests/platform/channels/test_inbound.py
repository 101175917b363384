"""What a gateway tells us is believed only when it is signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel import codes
from paraat.kernel.ids import uuid7
from paraat.platform.channels import inbound, signature
from paraat.platform.channels.inbound import KeyPress, NotUnderstood, SmsReply, StatusReport

SECRET = b"the gateway's secret"
NOW = datetime(2024, 10, 8, 9, 0, tzinfo=UTC)


def told(content: object) -> SmsReply | KeyPress | StatusReport:
    body = json.dumps(content).encode()
    return inbound.read(signature.signed("e-1", body, SECRET, NOW), body, secrets=[SECRET], now=NOW)


def test_an_sms_reply_names_its_code_however_it_was_typed() -> None:
    code = codes.make()
    reply = told({"event": "reply", "from": "07700 900123", "text": f"ok {code.lower().replace('-', ' ')} bedankt"})
    assert reply == SmsReply("e-1", "+327700900123", reply.text, (code,), None)


def test_a_key_pressed_acknowledges_only_when_it_is_the_right_one() -> None:
    delivery = uuid7()
    press = told({"event": "key", "from": "+447700900123", "digits": " 1", "reference": str(delivery)})
    assert press == KeyPress("e-1", "+447700900123", "1", delivery) and press.acknowledges
    for digits in ("", "2", "11", "*"):
        other = told({"event": "key", "from": "+447700900123", "digits": digits, "reference": str(delivery)})
        assert isinstance(other, KeyPress) and not other.acknowledges


def test_a_status_report_says_whether_the_network_delivered() -> None:
    delivery = uuid7()
    assert told({"event": "status", "reference": str(delivery), "status": "failed", "detail": "off"}) == StatusReport(
        "e-1", delivery, False, "off"
    )


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        1,
        {},
        {"event": "x"},
        {"event": "reply", "text": "x"},
        {"event": "key", "from": "+447700900123"},
        {"event": "reply", "from": 7},
        {"event": []},
    ],
)
def test_anything_else_is_not_understood(content: object) -> None:
    with pytest.raises(NotUnderstood):
        told(content)


def test_an_unsigned_message_is_not_even_read() -> None:
    with pytest.raises(signature.BadSignature):
        inbound.read({}, b"not json", secrets=[SECRET], now=NOW)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(body: bytes) -> None:
    try:
        inbound.read(signature.signed("e", body, SECRET, NOW), body, secrets=[SECRET], now=NOW)
    except NotUnderstood:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=20),
        lambda inner: st.dictionaries(st.sampled_from(["event", "from", "text", "reference", "digits"]), inner),
    )
)
def test_no_json_breaks_it(content: object) -> None:
    try:
        event = told(content)
    except NotUnderstood:
        return
    assert isinstance(getattr(event, "delivery", None), UUID | None)
