"""Webmail in real containers: read as a browser does, its database copied whole and put back, and broken."""

from __future__ import annotations

import pytest

from paraat.cloud.access import NotVerified
from paraat.cloud.catalog.webmail import hooks, verify
from tests.cloud.catalog.played import prepared, running

pytestmark = pytest.mark.containers


def test_webmail_is_read_copied_restored_and_said_to_be_broken() -> None:
    town = prepared("c1webmail", "webmail")
    with running(town, "webmail") as access:
        assert len(verify.verify(access)) == 4
        hooks.before_backup(access)
        count = ("webmail", "sqlite3", "/data/roundcube.db", "SELECT count(*) FROM users")
        before = access.run(*count, container="php")
        assert int(before) == 1, "the verifier's own preferences"
        access.run("webmail", "sh", "-c", "echo torn > /data/roundcube.db", container="php")
        with pytest.raises(NotVerified):
            verify.verify(access)
        hooks.after_restore(access)
        assert access.run(*count, container="php") == before
        assert verify.verify(access)
