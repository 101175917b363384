"""What is logged holds no secret and no personal data, whatever the code hands over."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from paraat.platform.logging import JsonFormatter, redact
from paraat.platform.requests import REQUEST_ID


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("mail to ict@ronse.example bounced", "ict@ronse.example"),
        ("rang +32 470 12 34 56", "470 12 34 56"),
        ("connect postgresql://paraat:hunter2@db/paraat", "hunter2"),
        ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
        ("password=hunter2&x=1", "hunter2"),
        ('{"token": "abcdef"}', "abcdef"),
        ("opened /n/dGhpc2lzYXNpZ25lZGxpbms/ at noon", "dGhpc2lzYXNpZ25lZGxpbms"),
    ],
)
def test_secrets_and_personal_data_are_blacked_out(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text", ["192.0.2.1 asked", "run 2024-10-08 12:00:00", "www.ronse.be is down", "3 of 300 rows"]
)
def test_what_an_officer_needs_stays(text: str) -> None:
    assert redact(text) == text


def _record(**extra: object) -> logging.LogRecord:
    record = logging.LogRecord("paraat.test", logging.ERROR, "x.py", 1, "sent to %s", ("a@b.example",), None)
    record.__dict__.update(extra)
    return record


def test_a_line_is_json_with_the_request() -> None:
    token = REQUEST_ID.set("01a20008")
    line = json.loads(JsonFormatter().format(_record(ms=3)))
    REQUEST_ID.reset(token)
    assert (line["request"], line["ms"], line["message"]) == ("01a20008", 3, "sent to (mail address)")


def test_what_is_extra_is_redacted_too() -> None:
    assert "a@b.example" not in JsonFormatter().format(_record(to="a@b.example"))


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError("cannot mail spoc@ronse.example")
    except ValueError:
        record = _record()
        record.exc_info = sys.exc_info()
    assert "spoc@ronse.example" not in JsonFormatter().format(record)
