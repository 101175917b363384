"""Certificates of a public authority: ordered by real ACME from a real server (pebble), which looks at the real entrance."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud import certificates, ordering, public
from paraat.cloud.drivers.base import Route
from paraat.cloud.drivers.podman import Driver
from paraat.cloud.models import PublicCertificate, Tenant
from paraat.cloud.rules import renewal
from paraat.kernel.errors import ParaatError
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from tests.cloud import playing, trial
from tests.cloud.trial import free_port, healthy, until

HOST, LOST = "nood.acme.example", "nood.lost.example"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A certificate authority, and the port of this host on which it looks; every name leads to 127.0.0.1 for it, but those of `lost`."""
    if not (shutil.which("pebble") and shutil.which("pebble-challtestsrv")):
        pytest.skip("Debian's package pebble, a certificate authority for tests, is not installed")
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    cert, key = certificates.issue(["localhost", "127.0.0.1"])
    for name, text in (("cert.pem", cert), ("key.pem", key), ("trust.pem", certificates.authority())):
        (tmp_path / name).write_text(text)
    listen, manage, looks, names, management = (free_port() for _ in range(5))
    settings = {
        "listenAddress": f"127.0.0.1:{listen}", "managementListenAddress": f"127.0.0.1:{manage}", "httpPort": looks, "tlsPort": free_port(),
        "certificate": str(tmp_path / "cert.pem"), "privateKey": str(tmp_path / "key.pem"),
    }  # fmt: skip
    (tmp_path / "pebble.json").write_text(json.dumps({"pebble": settings}))
    none = ("-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "")
    with ExitStack() as stack:
        stack.enter_context(
            running(
                ["pebble-challtestsrv", *none, "-dns01", f"127.0.0.1:{names}", "-management", f"127.0.0.1:{management}"]
            )
        )
        stack.enter_context(
            running(
                ["pebble", "-config", str(tmp_path / "pebble.json"), "-dnsserver", f"127.0.0.1:{names}"],
                PEBBLE_VA_NOSLEEP="1",
                PEBBLE_WFE_NONCEREJECT="0",
            )
        )
        until(lambda: listens(listen) and listens(management))
        monkeypatch.setenv("PARAAT_CLOUD_ACME", f"https://127.0.0.1:{listen}/dir")
        monkeypatch.setenv("PARAAT_CLOUD_ACME_TRUST", str(tmp_path / "trust.pem"))
        yield looks


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[None]:
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.kill()


def listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.containers
def test_the_entrance_proves_its_names_and_serves_what_was_issued(
    authority: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trial.podman(tmp_path / "home") as driver:
        monkeypatch.setenv("PARAAT_CLOUD_HTTP_PORT", str(authority))
        assert isinstance(driver, Driver)
        wanted = trial.workload("bacme", "web", image=trial.base())
        driver.prepare(wanted)
        driver.start(wanted, "web")
        until(lambda: healthy(driver, "bacme", "web"), 60)
        own = certificates.issue([HOST])
        driver.enter([Route(HOST, "https", "bacme", "web", "http", *own)])
        assert ordering.kept([HOST]) is None
        began, ends = ordering.order([HOST])
        assert began < datetime.now(UTC) < ends
        found = ordering.kept([HOST])
        assert found and found != own
        listening = driver.enter([Route(HOST, "https", "bacme", "web", "http", *found)])
        until(lambda: served(listening["https"]) == leaf(found[0]))
        again = ordering.order([HOST])  # the same account: the authority knows it
        assert again[1] >= ends
        ordering.forget([HOST])
        assert ordering.kept([HOST]) is None


def served(where: tuple[str, int]) -> x509.Certificate:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # pebble's authority is thrown away with it
    with context.wrap_socket(socket.create_connection(where, 10), server_hostname=HOST) as line:
        der = line.getpeercert(binary_form=True)
    assert der
    return x509.load_der_x509_certificate(der)


def leaf(chain: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(chain.encode())[0]


def test_a_name_that_leads_elsewhere_is_refused_and_says_so(authority: int) -> None:
    with pytest.raises(ordering.NotIssued, match=LOST):
        ordering.order([LOST])  # nobody answers on the port where it looks
    assert ordering.kept([LOST]) is None
    assert authority


def test_an_authority_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    monkeypatch.setenv("PARAAT_CLOUD_ACME", f"https://127.0.0.1:{free_port()}/dir")
    with pytest.raises(ParaatError):
        ordering.order([HOST])


@pytest.mark.django_db
def test_what_fails_is_tried_again_later_and_nothing_of_an_exercise_is_ordered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ACME", f"https://127.0.0.1:{free_port()}/dir")
    tenant = playing.started()
    Tenant.objects.filter(pk=tenant.pk).update(
        driver="podman", healthy_at=moment.now(), wanted=Tenant.Wanted.RUNNING, exercise=True
    )
    assert public.order_due() == 0 and not PublicCertificate.objects.exists()
    Tenant.objects.filter(pk=tenant.pk).update(exercise=False)
    assert public.order_due() == 0
    row = PublicCertificate.objects.get()
    assert (
        row.failures == 1 and row.error and timedelta(minutes=14) < row.due_at - moment.now() <= timedelta(minutes=15)
    )
    assert public.order_due() == 0, "it waits"
    row.refresh_from_db()
    assert row.failures == 1
    PublicCertificate.objects.update(due_at=moment.now())
    assert public.order_due() == 0
    row.refresh_from_db()
    assert row.failures == 2 and row.due_at - moment.now() > timedelta(minutes=29)
    assert JournalEntry.objects.filter(verb="tenant.certificate_failed").count() == 2


@pytest.mark.django_db
def test_nothing_is_ordered_where_no_authority_is_set() -> None:
    playing.started()
    assert public.order_due() == 0 and not PublicCertificate.objects.exists()
    assert ordering.thumbprint() == ""


@given(st.datetimes(), st.integers(1, 400 * 24), st.integers(1, 50))
def test_it_is_renewed_in_the_last_third_and_pauses_grow(began: Any, hours: int, failures: int) -> None:
    try:
        ends = began + timedelta(hours=hours)
    except OverflowError:
        return
    assert began < renewal.renew_at(began, ends) < ends
    assert ends - renewal.renew_at(began, ends) <= (ends - began) / 3 + timedelta(microseconds=1)
    assert renewal.FIRST_PAUSE <= renewal.pause(failures) <= renewal.pause(failures + 1) <= renewal.LONGEST_PAUSE
