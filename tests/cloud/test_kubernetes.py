"""What is Kubernetes' own: the contract of every engine is in `test_drivers.py`. Enforcement of network policies is not tried here: the
cluster of our tests has none, so the objects are asserted, and a test says so by name.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.cloud import catalog, certificates
from paraat.cloud.access import Access
from paraat.cloud.drivers.base import EngineFailed, Route
from paraat.cloud.drivers.kubernetes import Driver, entering, objects
from tests.cloud import on_kubernetes, trial
from tests.cloud.catalog import played

pytestmark = pytest.mark.kubernetes
TENANT = "atrial"
SPACE = f"paraat-test-{TENANT}"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The driver with one tenant that runs."""
    with on_kubernetes.cluster(tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture
def running(driver: Driver) -> Driver:
    """The same, its tenant healthy."""
    wanted = trial.workload(TENANT, "web", image=trial.base())
    driver.prepare(wanted)
    driver.start(wanted, "web")
    trial.until(lambda: trial.healthy(driver, TENANT, "web"), 60)
    return driver


def test_a_large_input_arrives_whole(running: Driver) -> None:
    big = os.urandom(3_000_000)
    assert running.run(TENANT, "web", ["cat"], stdin=big) == big
    assert running.run(TENANT, "web", ["id", "-u"], container="web") == b"10001\n"


def test_a_volume_keeps_owners_and_is_not_touched_when_the_writer_fails(running: Driver) -> None:
    running.run(TENANT, "web", ["sh", "-c", "cd /data; mkdir -p mail/new; echo one > mail/new/1; chmod 600 mail/new/1"])
    running.stop(TENANT, "web")
    with running.volume(TENANT, "web-data", write=True) as folder:
        assert (folder / "mail/new/1").stat().st_uid == 10001
        assert (folder / "mail/new/1").stat().st_mode & 0o777 == 0o600
        (folder / "mail/new/1").unlink()
        (folder / "restored").write_text("two")
    with pytest.raises(ZeroDivisionError), running.volume(TENANT, "web-data", write=True) as folder:
        (folder / "restored").write_text("broken")
        raise ZeroDivisionError
    running.start(trial.workload(TENANT, "web", image=trial.base()), "web")
    trial.until(lambda: trial.healthy(running, TENANT, "web"), 60)
    assert running.run(TENANT, "web", ["sh", "-c", "cd /data; cat restored; find . -type f"]) == b"two./restored\n"


def test_a_killed_service_is_back(running: Driver) -> None:
    before = trial.seen(running, TENANT)["web"].restarts
    running.run(TENANT, "web", ["sh", "-c", "kill 1"])
    seconds = trial.until(
        lambda: trial.seen(running, TENANT)["web"].restarts > before and trial.healthy(running, TENANT, "web"), 90
    )
    print(f"BENCH fault kill-service kubernetes: healthy again after {seconds:.2f} s")


def test_every_object_of_a_tenant_carries_its_label(running: Driver) -> None:
    kinds = (
        "Deployment",
        "Pod",
        "Service",
        "Secret",
        "PersistentVolumeClaim",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
    )
    for kind in kinds:
        found = [
            one for one in running.cluster.list(kind, SPACE) if one.get("type") != "kubernetes.io/service-account-token"
        ]
        assert found, kind
        assert {one["metadata"]["labels"]["paraat.tenant"] for one in found} == {TENANT}, kind


def test_the_policies_are_there_while_their_enforcement_is_the_clusters_and_untested(running: Driver) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in running.cluster.list("NetworkPolicy", SPACE)}
    assert policies.keys() == {"default", "within", "names", "entrance"}
    assert policies["default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_a_volume_that_the_cluster_keeps_is_emptied_before_it_is_let_go(running: Driver) -> None:
    running.run(TENANT, "web", ["sh", "-c", "echo secret > /data/letter"])
    (kept,) = running._kept(SPACE)
    running.remove(TENANT)
    assert running.leftovers(TENANT) == ()
    path = kept["spec"].get("hostPath", {}).get("path")
    if not path or kept["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
        pytest.skip("this cluster makes and deletes volumes by itself: their content is its own affair")
    assert list(Path(path).iterdir()) == []


def test_the_quota_stops_what_goes_beyond_the_budget(running: Driver) -> None:
    greedy = objects.helper(TENANT, SPACE, "web-data", trial.base(), "greedy")
    greedy["spec"]["containers"][0]["resources"]["limits"]["memory"] = "4Gi"
    with pytest.raises(EngineFailed, match="exceeded quota"):
        running.cluster.create(greedy, SPACE)


def test_an_image_that_no_node_has_is_named(driver: Driver) -> None:
    missing = "localhost/paraat/web:nowhere"
    assert driver.absent([missing, trial.base()]) <= {missing}


def test_the_entrance_serves_names_with_tls_and_follows_a_change(running: Driver) -> None:
    certificate, key = certificates.issue(["board.a.example", "other.a.example"])

    def route(host: str) -> Route:
        return Route(host, "https", TENANT, "web", "http", certificate, key)

    try:
        where = running.enter([route("board.a.example")])["https"]
        assert fetched(where, "board.a.example") == f"here is web of {TENANT}\n".encode()
        began = time.monotonic()
        running.enter([route("other.a.example")])
        assert fetched(where, "other.a.example") == f"here is web of {TENANT}\n".encode()
        print(f"a change of routes is served after {time.monotonic() - began:.1f} s")
        trial.until(lambda: refused(where, "board.a.example"), 20)
    finally:
        running.cluster.delete("Namespace", entering.space())


def fetched(where: tuple[str, int], host: str, tries: int = 40) -> bytes:
    """The page of a name, asked of the entrance."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for left in range(tries, 0, -1):
        try:
            with socket.create_connection(where, 5) as line, context.wrap_socket(line, server_hostname=host) as tls:
                tls.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                answer = http.client.HTTPResponse(tls)
                answer.begin()
                return answer.read()
        except OSError:
            if left == 1:
                raise
            time.sleep(0.25)  # old workers of nginx leave after the new ones are there
    raise AssertionError


def refused(where: tuple[str, int], host: str) -> bool:
    """Whether the name is no longer served."""
    try:
        fetched(where, host, tries=1)
    except ssl.SSLError:
        return True
    return False


def test_the_whole_catalog_is_proven_by_real_clients(driver: Driver) -> None:
    names = tuple(name for name in catalog.services() if (catalog.service(name).folder / "manifest.yaml").exists())
    on_kubernetes.demand(driver.cluster, tuple({one for name in names for one in catalog.service(name).images}))
    town = played.prepared("awhole", *names)
    wanted, began = played.workload(town, *names), time.monotonic()
    driver.prepare(wanted)
    for part in wanted.parts:
        driver.start(wanted, part.service)
    try:
        trial.until(lambda: trial.healthy(driver, town.tenant, *names), 120)
    except AssertionError:
        raise AssertionError(
            "\n".join(f"{one}\n{driver.logs(town.tenant, one.service)}" for one in driver.observe(town.tenant))
        ) from None
    print(f"BENCH cloud-start kubernetes: {len(names)} services healthy in {time.monotonic() - began:.1f} s")
    for name in names:
        assert catalog.verifier(name).verify(Access(town, driver)), name
    print(f"BENCH cloud-start kubernetes: all proven after {time.monotonic() - began:.1f} s")
    driver.remove(town.tenant)
    assert driver.leftovers(town.tenant) == ()
