"""Mail and files of a tenant that really runs: exports come in, everything is lost, and IMAP and WebDAV read the same bytes again; then a drill."""

from __future__ import annotations

import imaplib
import io
import mailbox
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path

import pytest
from pypdf import PdfReader

from paraat.cloud import bringing, drill_papers, drilling, drivers, images, keeping, preparing, restoring
from paraat.cloud.access import VERIFIER, Access
from paraat.cloud.actions import backups
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.catalog.files.dav import headers
from paraat.cloud.drivers.base import Driver
from paraat.cloud.models import Drill, Restore, Tenant
from paraat.kernel.actor import SYSTEM
from tests.cloud import playing, trial

pytestmark = [
    pytest.mark.containers,
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"),
]
WHY = "from before the first trace of the intruder"
LETTER = b"From: clerk@town.example\r\nSubject: kept\r\n\r\n" + secrets.token_hex(40_000).encode() + b"\r\n"
PLAN = secrets.token_bytes(3_000_000)
INSIDE = secrets.token_bytes(200_000)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """The real engine with a home of its own, in the place of the configured one."""
    with trial.podman(tmp_path / "home") as made:
        monkeypatch.setenv("PARAAT_CLOUD_DRIVER", "podman")
        monkeypatch.setattr(drivers, "named", lambda _name: made)
        images.build(["web", "accounts", "mail", "files"])
        yield made


def test_what_came_in_is_lost_and_read_again_by_its_clients(driver: Driver, tmp_path: Path) -> None:
    tenant = playing.running(["web", "mail", "files"])
    access = Access(preparing.prepared(tenant), driver)
    _came_in(tenant, tmp_path)
    _append(access)
    assert _asked(access, "PUT", "/plan one.bin", PLAN)[0] in {200, 201, 204}
    before = _read(access)
    assert before["letter"] == LETTER and before["plan"] == PLAN and before["inside"] == INSIDE

    kept = keeping.back_up_now(tenant=tenant, by=playing.officer(), because="by hand")
    _lose(driver, tenant)
    lost = Access(preparing.prepared(tenant), driver)
    assert _letters(lost) == [] and _asked(lost, "GET", "/plan%20one.bin")[0] == 404

    restored = restoring.restore_now(tenant=tenant, backup=kept, by=playing.officer(), because=WHY)
    assert (restored.state, restored.same, restored.files) == ("done", True, kept.files)
    assert _read(Access(preparing.prepared(tenant), driver)) == before
    assert tenant.seen.filter(verified_at__isnull=True).count() == 0
    _drilled(tenant)
    deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over", keep_backups=False, enqueue=False)
    bringing.bring(tenant.pk)
    assert driver.leftovers(tenant.name) == () and driver.tenants() == frozenset()


def _came_in(tenant: Tenant, folder: Path) -> None:
    """The victim's own mbox and zip, through the verbs that a person uses."""
    box = mailbox.mbox(folder / "mayor.mbox")
    for number in range(3):
        message = EmailMessage()
        message["From"], message["Subject"] = "anna@town.example", f"letter {number}"
        message.set_content(f"Dear mayor, this is letter {number}.\nFrom here it goes on.\n")
        box.add(message)
    box.close()
    with zipfile.ZipFile(folder / "share.zip", "w") as archive:
        archive.writestr("archief/besluit één.bin", INSIDE)
    for service, kind, name in (("mail", "mbox", "mayor.mbox"), ("files", "files", "share.zip")):
        asked = backups.take_in(
            tenant=tenant, service=service, kind=kind, file=folder / name, by=playing.officer(), enqueue=False
        )
        done = restoring.run_restore(asked.pk)
        assert (done.state, done.files) == ("done", 3 if kind == "mbox" else 1), done.taken
    assert Restore.objects.filter(state="done").count() == 2


def _lose(driver: Driver, tenant: Tenant) -> None:
    """Everything of it is gone; then it starts in an empty store."""
    with bringing.alone(tenant.pk):
        driver.remove(tenant.name)
        assert driver.leftovers(tenant.name) == ()
        deeds.verify_tenant(tenant=tenant, by=SYSTEM, enqueue=False)
    bringing.bring(tenant.pk)
    tenant.refresh_from_db()


def _drilled(tenant: Tenant) -> None:
    """The same backup in a throw-away tenant beside it; the certificate can be read."""
    found = drilling.drill_now(organisation=tenant.organisation, by=playing.officer(), because="by hand")
    assert (found.state, found.error, found.same, found.left) == ("passed", "", True, [])
    assert set(found.proven) == {"web", "accounts", "mail", "files"} and all(found.proven.values())
    moments = [found.requested_at, found.started_at, found.healthy_at, found.restored_at, found.verified_at]
    assert moments == sorted(one for one in moments if one)
    assert Drill.objects.get().gone_at is not None
    reader = PdfReader(io.BytesIO(drill_papers.certificate(found, language="en")))
    said = "\n".join(page.extract_text() for page in reader.pages)
    assert found.number in said and "IMAP" in said and "WebDAV" in said


# Clients --------------------------------------------------------------------------------------------------------------------------
def _read(access: Access) -> dict[str, object]:
    """What clients read of it."""
    (letter,) = _letters(access)
    domain = access.prepared.domain
    taken = access.run("mail", "doveadm", "fetch", "-u", f"mayor@{domain}", "text", "ALL", container="dovecot")
    assert taken.count(b"Dear mayor, this is letter") == 3
    plan, inside = (_asked(access, "GET", path) for path in ("/plan%20one.bin", "/archief/besluit%20%C3%A9%C3%A9n.bin"))
    assert (plan[0], inside[0]) == (200, 200)
    return {"letter": letter, "taken": taken, "plan": plan[1], "inside": inside[1]}


def _append(access: Access) -> None:
    with _imap(access) as imap:
        assert imap.create("Kept")[0] == "OK"  # its inbox is emptied by whoever verifies
        assert imap.append("Kept", "(\\Seen)", None, LETTER)[0] == "OK"


def _letters(access: Access) -> list[bytes]:
    """The messages that IMAP gives, byte for byte."""
    with _imap(access) as imap:
        if imap.select("Kept", readonly=True)[0] != "OK":
            return []
        numbers = imap.search(None, "ALL")[1][0].split()
        return [imap.fetch(one, "(BODY.PEEK[])")[1][0][1] for one in numbers]  # type: ignore[index,misc]


def _imap(access: Access) -> imaplib.IMAP4:
    host, port = access.address("mail", "imap")
    imap = imaplib.IMAP4(host, port, timeout=20)
    imap.login(f"{VERIFIER}@{access.prepared.domain}", access.password)
    return imap


def _asked(access: Access, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """What WebDAV answers."""
    line = HTTPConnection(*access.address("files"), timeout=20)
    try:
        line.request(method, path.replace(" ", "%20"), body, headers(access))
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()
