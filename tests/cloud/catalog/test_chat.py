"""Chat in real containers: two sessions talk, members come in, data of another domain are found again, and it is broken."""

from __future__ import annotations

import pytest

from paraat.cloud.access import NotVerified
from paraat.cloud.catalog.chat import verify
from tests.cloud.catalog.played import prepared, running

pytestmark = pytest.mark.containers


def test_chat_talks_keeps_its_room_and_is_said_to_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    town = prepared("c1chat", "chat")
    with running(town, "chat") as access:
        assert len(verify.verify(access)) == 5
        kept = access.run("chat", "sh", "-c", "cat /data/*/accounts/* /data/*/archive/* 2>/dev/null || true")
        assert access.password.encode() not in kept
        assert b"verifier" not in kept, "verification leaves nothing behind"
        access.run("chat", "sh", "-c", "kill -STOP $(cat /tmp/prosody.pid)")
        monkeypatch.setattr(verify, "PATIENCE", 1.0)
        with pytest.raises(NotVerified):
            verify.verify(access)
