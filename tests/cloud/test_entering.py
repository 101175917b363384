"""Certificates of the entrance over a tenant's life: renewed by who reconciles before they end, and gone with their tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from paraat.cloud import bringing, certificates, configuration, entering, reconciling
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.drivers.base import Route
from tests.cloud import playing

pytestmark = pytest.mark.django_db
_real = entering.certificate_for


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[playing.Engine]:
    """The engine of the tests, with real certificates; `told` is what its entrance was told last."""
    with playing.engine(tmp_path) as made:
        monkeypatch.setattr(entering, "certificate_for", _real)
        told: list[Route] = []

        def enter(routes: Iterable[Route]) -> Mapping[str, tuple[str, int]]:
            told[:] = routes
            return {}

        monkeypatch.setattr(made, "enter", enter)
        monkeypatch.setattr(made, "told", told, raising=False)
        yield made


def ends(engine: playing.Engine) -> set[datetime]:
    """When what the entrance was told last ends."""
    told: list[Route] = engine.told  # type: ignore[attr-defined]
    assert told
    return {x509.load_pem_x509_certificate(one.certificate.encode()).not_valid_after_utc for one in told}


def test_a_certificate_that_ends_soon_is_renewed_by_who_reconciles(
    engine: playing.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr(certificates, "DAYS", 5)
        short.setattr(certificates, "RENEW_DAYS", 3)
        playing.running(["page"])
    (before,) = ends(engine)
    assert (before - datetime.now(UTC)).days < 5
    assert certificates.expiring(datetime.now(UTC)), "`paraat check` would say so"

    reconciling.serve()
    (after,) = ends(engine)
    assert (after - datetime.now(UTC)).days >= certificates.DAYS - 1
    assert certificates.expiring(datetime.now(UTC)) == []

    told = list(engine.told)  # type: ignore[attr-defined]
    reconciling.serve()
    assert engine.told == told, "what holds is not issued anew"  # type: ignore[attr-defined]


def test_the_keys_of_who_is_gone_are_gone(engine: playing.Engine) -> None:
    tenant = playing.running(["page"])
    issued = configuration.place() / "ca" / "issued"
    assert {path.suffix for path in issued.iterdir()} == {".pem", ".key"}
    deeds.destroy_tenant(tenant=tenant, by=playing.officer(), because="Over")
    assert bringing.bring(tenant.pk).state == "destroyed"
    assert list(issued.iterdir()) == []
    assert engine.told == []  # type: ignore[attr-defined]
