"""The database is down and stays down: the room reads its last copies, others are told plainly, and it comes back by itself."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from tests.installation import Installation

pytestmark = pytest.mark.fault

KEEP = """
import sys, django; django.setup()
from django.core.signing import TimestampSigner
from paraat.platform import keys, readonly, snapshots
keys.write_private(snapshots._place("/"), keys.seal("<!doctype html><html><body class='x'><h1>The board as it was</h1></body></html>").decode())
print(readonly.pass_name() + "=" + readonly._signer().sign("team"))
"""


@pytest.fixture
def without_database(installation: Installation) -> Iterator[Installation]:
    """The installation with its database stopped, and nobody to start it."""
    installation.kill("supervisor", signal.SIGSTOP)
    try:
        quiet = 0
        while quiet < 4:  # a worker that was just starting may have started the database again
            if quiet == 0:
                installation.python("from paraat.platform import embedded; embedded.stop()")
            time.sleep(1)
            quiet = 0 if _get(installation, "/readyz")[0] == 200 else quiet + 1
        yield installation
    finally:
        installation.kill("supervisor", signal.SIGCONT)
    installation.wait(lambda: _get(installation, "/readyz")[0] == 200, seconds=45, what="readiness")


def _get(installation: Installation, path: str, cookie: str = "") -> tuple[int, str]:
    request = urllib.request.Request(installation.url(path), headers={"Cookie": cookie, "Accept-Language": "en"})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_member_of_the_team_reads_the_last_copy(without_database: Installation) -> None:
    cookie = without_database.python(KEEP).strip()
    session = f"; paraat_{without_database.port}={'x' * 32}"
    status, page = _get(without_database, "/", cookie + session)
    assert status == 200
    assert "The board as it was" in page
    assert "stripe" in page


def test_a_page_without_a_copy_names_those_with_one(without_database: Installation) -> None:
    cookie = without_database.python(KEEP).strip()
    assert _get(without_database, "/no-such-copy/", cookie + f"; paraat_{without_database.port}={'x' * 32}")[0] == 503


def test_nobody_else_reads_anything(without_database: Installation) -> None:
    without_database.python(KEEP)
    for cookie in ("", f"paraat_pass_{without_database.port}=team:1aaaaa:forged"):
        status, page = _get(without_database, "/", cookie + f"; paraat_{without_database.port}={'x' * 32}")
        assert status == 503
        assert "The board as it was" not in page


def test_it_is_alive_but_not_ready(without_database: Installation) -> None:
    assert _get(without_database, "/healthz")[0] == 200
    assert _get(without_database, "/readyz")[0] == 503
