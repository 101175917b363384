"""What one tenant can do to another, to this host and to the outside: nothing. Tried from inside real containers."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.cloud import certificates
from paraat.cloud.drivers.base import Driver, Route
from tests.cloud import trial
from tests.cloud.trial import healthy, until

pytestmark = pytest.mark.containers
ONE, OTHER = "biso", "biso-2"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """Two tenants that run on podman."""
    with trial.podman(tmp_path_factory.mktemp("home")) as driver:
        for tenant in (ONE, OTHER):
            wanted = trial.workload(tenant, "web", "files", image=trial.base())
            driver.prepare(wanted)
            for part in wanted.parts:
                driver.start(wanted, part.service)
            until(lambda tenant=tenant: healthy(driver, tenant, "web", "files"), 60)  # type: ignore[misc]
        yield driver


def reaches(driver: Driver, tenant: str, host: str, port: int) -> bool:
    """Whether the tenant's web service gets a connection."""
    script = (
        "use IO::Socket::INET; print IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>$ARGV[1],Timeout=>2) ? 1 : 0"
    )
    return driver.run(tenant, "web", ["perl", "-e", script, host, str(port)]) == b"1"


@pytest.fixture
def listener() -> Iterator[int]:
    """A server of this host on every address of it; its port."""
    with socket.socket() as line:
        line.bind(("0.0.0.0", 0))
        line.listen()
        stop = threading.Event()
        yield line.getsockname()[1]
        stop.set()


def test_a_tenant_reaches_its_own_services_by_name(driver: Driver) -> None:
    assert reaches(driver, ONE, "files", 8080)
    assert reaches(driver, ONE, driver.address(ONE, "files", "http")[0], 8080)


def test_no_tenant_reaches_another_by_address(driver: Driver) -> None:
    for service in ("web", "files"):
        assert not reaches(driver, ONE, *driver.address(OTHER, service, "http"))


def test_a_name_is_that_of_the_tenants_own(driver: Driver) -> None:
    found = driver.run(ONE, "web", ["getent", "hosts", "files"]).split()[0].decode()
    assert found == driver.address(ONE, "files", "http")[0]
    for name in (f"{OTHER}.files", f"{OTHER}.web-web", f"files.{OTHER}"):
        script = f"getent hosts {name} || echo unknown"
        assert driver.run(ONE, "web", ["sh", "-c", script]) == b"unknown\n"


def test_no_tenant_reaches_this_host(driver: Driver, listener: int) -> None:
    gateway = driver.address(ONE, "web", "http")[0].rsplit(".", 1)[0] + ".1"
    with socket.create_connection(("127.0.0.1", listener), 2):
        pass  # it does listen
    for address in (gateway, *_addresses()):
        assert not reaches(driver, ONE, address, listener), address


def _addresses() -> list[str]:
    """Every IPv4 address of this host but loopback."""
    text = subprocess.run(["ip", "-4", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    found = [line.split()[3].split("/")[0] for line in text.splitlines()]
    return [one for one in found if not one.startswith("127.")]


def test_no_tenant_reaches_the_outside_or_learns_its_names(driver: Driver) -> None:
    for address in ("192.0.2.1", "198.51.100.7", "1.1.1.1", "10.255.255.53"):
        assert not reaches(driver, ONE, address, 443)
        assert not reaches(driver, ONE, address, 53)
    said = driver.run(ONE, "web", ["sh", "-c", "getent hosts www.example.com deb.debian.org || echo unknown"])
    assert said == b"unknown\n"
    assert b"default" not in driver.run(
        ONE, "web", ["sh", "-c", "cat /proc/net/route | grep -P '\\t00000000\\t.*\\t00000000' || true"]
    )


def test_nothing_listens_on_this_host_but_the_entrance(driver: Driver) -> None:
    text = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
    ours = [line for line in text.splitlines() if "conmon" in line or ":8080 " in line]
    assert ours == []


def test_no_secret_or_data_of_another_is_there_to_read(driver: Driver) -> None:
    with driver.volume(OTHER, "web-data", write=True) as folder:
        (folder / "private").write_text("private to the other")
    script = "grep -rs 'of biso-2\\|private to the other' / --exclude-dir=proc --exclude-dir=sys || echo nothing"
    assert driver.run(ONE, "web", ["sh", "-c", script]) == b"nothing\n"
    assert driver.volumes(ONE) == ("files-data", "web-data")


def test_environment_and_process_lists_hold_no_secret(driver: Driver) -> None:
    for path in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                text = (path / name).read_bytes()
            except OSError:
                continue
            assert b"secret word of web of biso" not in text, (path, name)
    log = (driver.engine.run / "log").read_text()  # type: ignore[attr-defined]
    assert "secret word" not in log


def test_nobody_is_root_or_can_become_it(driver: Driver) -> None:
    status = driver.run(ONE, "web", ["cat", "/proc/self/status"]).decode()
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert said["Uid"].split() == ["10001"] * 4
    assert int(said["CapEff"], 16) == int(said["CapPrm"], 16) == int(said["CapBnd"], 16) == 0
    assert said["NoNewPrivs"] == "1"
    assert said["Seccomp"] == "2"
    assert driver.run(ONE, "web", ["sh", "-c", "touch /x /etc/x 2>/dev/null || echo no"]) == b"no\n"


def test_the_entrance_serves_by_name_with_a_certificate_that_holds(driver: Driver) -> None:
    hosts = {ONE: "nood.one.example", OTHER: "nood.other.example"}
    routes = [
        Route(host, "https", tenant, "web", "http", *certificates.issue([host])) for tenant, host in hosts.items()
    ]
    imaps = Route("mail.one.example", "imaps", ONE, "files", "http", *certificates.issue(["mail.one.example"]))
    listens = driver.enter([*routes, imaps])
    for tenant, host in hosts.items():
        assert f"here is web of {tenant}\n" in _asked(listens["https"], host)
    assert f"here is files of {ONE}\n" in _asked(listens["imaps"], "mail.one.example")
    for kind in ("https", "imaps"):
        with pytest.raises(OSError):
            _asked(listens[kind], "nood.unknown.example")
    _reload_cuts_nothing(driver, listens["https"], routes)
    driver.stop(OTHER, "web")
    answer = _asked(listens["https"], hosts[OTHER])
    assert " 503 " in answer.splitlines()[0]
    assert "It is safe to try again." in answer
    driver.enter(routes[:1])
    until(lambda: _refused(listens["https"], hosts[OTHER]))


def _reload_cuts_nothing(driver: Driver, where: tuple[str, int], routes: list[Route]) -> None:
    """A connection from before a change answers after it."""
    with _connected(where, routes[0].host) as line:
        driver.enter(routes)
        line.sendall(f"GET / HTTP/1.0\r\nHost: {routes[0].host}\r\n\r\n".encode())
        assert b"200" in line.recv(100)


def _connected(where: tuple[str, int], host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=certificates.authority())
    return context.wrap_socket(socket.create_connection(where, 15), server_hostname=host)


def _asked(where: tuple[str, int], host: str) -> str:
    with _connected(where, host) as line:
        line.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        got = b""
        while more := line.recv(4096):
            got += more
    return got.decode()


def _refused(where: tuple[str, int], host: str) -> bool:
    try:
        _asked(where, host)
    except OSError:
        return True
    return False
