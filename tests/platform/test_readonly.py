"""A request whose connection broke says so, even when the database is back before the answer."""

from __future__ import annotations

import psycopg
import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from paraat.platform.readonly import ReadOnlyMiddleware, is_lost_connection

pytestmark = pytest.mark.django_db


def test_a_broken_connection_is_503_although_the_database_answers_again() -> None:
    assert _answer_after(psycopg.errors.AdminShutdown("terminating connection")) == 503


def test_a_fault_of_ours_stays_one() -> None:
    assert _answer_after(psycopg.errors.UndefinedTable("no such table")) == 500


def test_what_is_a_lost_connection() -> None:
    assert is_lost_connection(psycopg.OperationalError("connection refused"))
    assert is_lost_connection(psycopg.errors.CannotConnectNow("the database system is starting up"))
    assert is_lost_connection(psycopg.InterfaceError("the connection is closed"))
    assert not is_lost_connection(psycopg.errors.QueryCanceled("statement timeout"))
    assert not is_lost_connection(ValueError())
    assert not is_lost_connection(None)


def _answer_after(error: psycopg.Error) -> int:
    def broken(request: HttpRequest) -> HttpResponse:
        try:
            raise OperationalError(*error.args) from error
        except OperationalError:
            got_request_exception.send(sender=None, request=request)
        return HttpResponse(status=500)

    return ReadOnlyMiddleware(broken)(RequestFactory().get("/alerts/")).status_code
