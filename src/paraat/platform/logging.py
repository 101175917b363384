"""Logs: one JSON object a line, with request and job id; secrets and personal data are blacked out before they are written."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from paraat.platform import configuration as installation
from paraat.platform.requests import JOB_ID, REQUEST_ID

_PATTERNS = [
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "(mail address)"),
    (re.compile(r"(?<![\w.])\+\d[\d ()/.-]{7,}\d"), "(telephone number)"),
    (re.compile(r"(postgres(?:ql)?://[^:/@\s]*):[^@\s]*@"), r"\1:(secret)@"),
    (
        re.compile(
            r"(?i)(authorization|cookie|password|passwd|secret|token|api[_-]?key)(['\"]?\s*[:=]\s*['\"]?)(?:bearer\s+)?[^\s'\",;&]+"
        ),
        r"\1\2(secret)",
    ),
    (re.compile(r"/(n|c|o)/[\w:.~-]{16,}"), r"/\1/(signed link)"),
]
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    """The text without mail addresses, telephone numbers, passwords, tokens and signed links."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class JsonFormatter(logging.Formatter):
    """One line of JSON, redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON: time in UTC, level, logger, message, ids, and what the caller put in `extra`."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
        }
        line |= {"logger": record.name, "message": redact(record.getMessage()), "process": installation.PROCESS.get()}
        line |= {name: value for name, value in (("request", REQUEST_ID.get()), ("job", JOB_ID.get())) if value}
        line |= {key: _plain(value) for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A line for people, redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message."""
        return redact(super().format(record))


def configuration() -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, where systemd, a container or the supervisor picks it up."""
    form = installation.LOG_FORMAT.get()
    level = installation.LOG_LEVEL.get() if installation.PROCESS.get() != "command" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "paraat.platform.logging.JsonFormatter"},
            "text": {
                "()": "paraat.platform.logging.TextFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "uvicorn": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},
        },
    }


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else redact(str(value))
