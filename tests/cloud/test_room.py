"""Whether a tenant has room: what the engine says, what others were promised, and who is before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches

from paraat.cloud import room
from paraat.cloud.drivers import memory
from paraat.cloud.models import Tenant
from paraat.platform import moment
from tests import cast
from tests.cloud import screens

pytestmark = pytest.mark.django_db
MB = 1_000_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host with room for one emergency page and not for two: 50 MB after the reserve, and a page weighs 32."""
    weight = room.size_of(["web"]).memory_mb
    monkeypatch.setitem(memory.CAPACITY, "memory", int(weight * 1.5 / 0.9 * MB))
    caches["local"].clear()


def put(tenant: Tenant, **fields: object) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(**fields)
    tenant.refresh_from_db()
    return tenant


@pytest.mark.usefixtures("small")
def test_what_is_starting_was_promised_its_room() -> None:
    first = put(screens.approved(cast.ronse()), state="starting")
    second = put(screens.approved(cast.eupen()), state="queued")
    assert room.has_room_for(first), "its own promise does not stand in its way"
    assert not room.has_room_for(second)
    put(first, state="stopped")
    assert room.has_room_for(second)


@pytest.mark.usefixtures("small")
def test_who_is_first_in_the_queue_starts_first() -> None:
    early = put(screens.approved(cast.ronse()), state="queued", state_at=moment.now() - timedelta(minutes=9))
    late = put(screens.approved(cast.eupen()), state="queued")
    assert (room.has_room_for(early), room.has_room_for(late)) == (True, False)
    put(late, priority=1)
    assert (room.has_room_for(early), room.has_room_for(late)) == (False, True)


def test_a_large_host_has_room_and_says_how_much() -> None:
    tenant = screens.approved(cast.ronse())
    assert room.engine().ready
    assert room.has_room_for(tenant)
    assert room.left(room.known_share()) is not None


def test_an_engine_that_is_not_there_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_DRIVER", "nothing-of-the-kind")
    caches["local"].clear()
    found = room.engine()
    assert not found.ready
    assert "nothing-of-the-kind" in found.lacks[0]
