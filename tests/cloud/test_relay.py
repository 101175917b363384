"""The one way out of a tenant on podman: mail of the mail service to the relay, taken by a real mail server on this host. Nothing else gets out."""

from __future__ import annotations

import smtplib
import socket
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from paraat.cloud import catalog, certificates, images
from paraat.cloud.access import Access
from paraat.cloud.drivers.base import Route
from paraat.cloud.drivers.podman import Driver, relaying
from tests.cloud import trial
from tests.cloud.catalog.played import bring, prepared
from tests.cloud.trial import until

pytestmark = pytest.mark.containers
SERVICES = ("accounts", "mail")
WITH, WITHOUT = "rrelay", "rrelay-2"
TRY = "import socket,sys\ntry: socket.create_connection((sys.argv[1], int(sys.argv[2])), 2); print('in')\nexcept OSError: print('out')"
TRY_SHELL = 'timeout 3 bash -c "exec 3<>/dev/tcp/$0/$1" 2>/dev/null && echo in || echo out'


class Taken:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # aiosmtpd's name
        self.messages.append(envelope)
        return "250 taken"


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[Taken, int]]:
    """What it took, and its port on this host's loopback."""
    taken = Taken()
    server = Controller(taken, hostname="127.0.0.1", port=trial.free_port())
    server.start()
    yield taken, server.port
    server.stop()


@pytest.fixture(scope="module")
def played(
    relay: tuple[Taken, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Driver, Access, Access]]:
    """A tenant with a relay and one without, both served by the entrance."""
    home = tmp_path_factory.mktemp("home")
    with trial.podman(home) as driver, pytest.MonkeyPatch.context() as patch:
        assert isinstance(driver, Driver)
        patch.setenv("PARAAT_CLOUD_DRIVER", "podman")
        images.build({one for name in SERVICES for one in catalog.service(name).images})
        towns = [prepared(WITH, "mail", relay=f"127.0.0.1:{relay[1]}"), prepared(WITHOUT, "mail")]
        for town in towns:
            bring(town, "mail", seconds=120, driver=driver)
        enter(driver)
        yield driver, Access(towns[0], driver), Access(towns[1], driver)


def enter(driver: Driver, *names: str) -> None:
    """Have the entrance serve these tenants' mail."""
    driver.enter(
        Route(f"imap.{name}.example", "imaps", name, "mail", "imap", *certificates.issue([f"imap.{name}.example"]))
        for name in names or (WITH, WITHOUT)
    )


def post(access: Access, to: str) -> None:
    """A message by submission, as somebody who logged in."""
    message = EmailMessage()
    message["From"] = sender = f"verifier@{access.prepared.domain}"
    message["To"], message["Subject"] = to, "The town answers again"
    message.set_content("By way of the relay.\n")
    host, port = access.address("mail", "submission")
    with smtplib.SMTP(host, port, timeout=20) as smtp:
        smtp.login(sender, access.prepared.secret("SECRET_VERIFIER"))
        smtp.send_message(message)


def tried(access: Access, service: str, host: str, port: int) -> str:
    """Whether a container of a service gets a connection: `in` or `out`."""
    if service == "mail":
        return access.run("mail", "sh", "-c", TRY_SHELL, host, str(port), container="postfix").decode().strip()
    return access.run(service, "python3", "-c", TRY, host, str(port)).decode().strip()


def gateway(access: Access) -> str:
    """This host's address on the tenant's bridge."""
    return access.address("mail", "submission")[0].rsplit(".", 1)[0] + ".1"


def test_mail_goes_out_by_the_relay(played: tuple[Driver, Access, Access], relay: tuple[Taken, int]) -> None:
    _, access, _ = played
    post(access, "somebody@elsewhere.example")
    until(lambda: relay[0].messages, 60)
    (envelope,) = relay[0].messages
    assert envelope.rcpt_tos == ["somebody@elsewhere.example"]
    assert b"By way of the relay." in envelope.content


def test_without_a_relay_it_is_refused_at_once(played: tuple[Driver, Access, Access]) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post(played[2], "somebody@elsewhere.example")


def test_nothing_else_gets_out(played: tuple[Driver, Access, Access], relay: tuple[Taken, int]) -> None:
    _, access, other = played
    door = gateway(access)
    assert tried(access, "mail", door, relaying.PORT) == "in"
    assert tried(access, "accounts", door, relaying.PORT) == "out", "the catalog does not allow it"
    assert tried(other, "mail", gateway(other), relaying.PORT) == "out", "it has no relay"
    assert tried(other, "mail", door, relaying.PORT) == "out", "it is another's"
    with socket.create_server(("0.0.0.0", 0)) as line:
        assert tried(access, "mail", door, line.getsockname()[1]) == "out", "this host's other ports stay closed"
    for address, port in (("127.0.0.1", relay[1]), ("192.0.2.1", 25), ("1.1.1.1", 53)):
        assert tried(access, "mail", address, port) == "out"


def test_what_is_right_already_is_left_alone(played: tuple[Driver, Access, Access]) -> None:
    driver, *_ = played
    before, rules = workers(), rules_of(driver)
    enter(driver)
    assert (workers(), rules_of(driver)) == (before, rules), "nginx was not told anew"
    assert len(rules) == 1
    enter(driver, WITH)
    until(lambda: workers() != before)


def workers() -> set[str]:
    """The processes of nginx that serve, of every entrance on this host."""
    said = subprocess.run(["pgrep", "-f", "nginx: worker process"], capture_output=True, text=True, check=False).stdout
    return {one for one in said.split() if "shutting down" not in words(one)}


def words(number: str) -> str:
    """The command line of a process."""
    try:
        return Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return ""


def rules_of(driver: Driver) -> list[str]:
    """The ways out that this host's firewall leaves to this installation."""
    return list(relaying._rules(driver.engine))


def test_the_way_out_is_gone_with_the_tenant(played: tuple[Driver, Access, Access]) -> None:
    driver, *_ = played
    driver.remove(WITH)
    assert rules_of(driver) == []
    enter(driver, WITHOUT)
    assert "relay_" not in (driver.engine.place.parent / "entrance" / "nginx.conf").read_text()
