"""One contract for every engine. What holds here holds in memory, on podman and on Kubernetes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from paraat.cloud.drivers.base import Driver, EngineFailed, Health
from paraat.cloud.drivers.podman.network import bridge_of
from paraat.cloud.workload import Workload
from paraat.kernel.errors import Invalid, NotFound
from tests.cloud import trial
from tests.cloud.trial import healthy, seen, until

TENANT = "btrial"
ENGINES = [
    "memory",
    pytest.param("podman", marks=pytest.mark.containers),
    pytest.param("kubernetes", marks=pytest.mark.kubernetes),
]


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The engine of this run; the same for all tests of the module, as starting one takes a while."""
    home = tmp_path_factory.mktemp("home")
    if request.param == "podman":
        with trial.podman(home) as driver:
            yield driver
    elif request.param == "kubernetes":
        kubernetes = pytest.importorskip("tests.cloud.on_kubernetes", reason="there is no Kubernetes driver yet")
        with kubernetes.cluster(home) as driver:
            yield driver
    else:
        from paraat.cloud.drivers.memory import Driver as Memory

        before = os.environ["PARAAT_HOME"]
        os.environ["PARAAT_HOME"] = str(home)
        yield Memory()
        os.environ["PARAAT_HOME"] = before


@pytest.fixture
def driver(engine: Driver) -> Iterator[Driver]:
    """The engine with nothing of the test's tenants, before and after."""
    yield engine
    for tenant in (TENANT, f"{TENANT}-2"):
        engine.remove(tenant)


@pytest.fixture
def wanted(driver: Driver) -> Workload:
    """A tenant of two services."""
    return trial.workload(TENANT, "web", "files", image=trial.base() if driver.real else "")


def started(driver: Driver, wanted: Workload) -> None:
    driver.prepare(wanted)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda part: driver.start(wanted, part.service), wanted.parts))
    until(lambda: healthy(driver, wanted.tenant, *(part.service for part in wanted.parts)), 60)


every_engine = pytest.mark.parametrize("engine", ENGINES, indirect=True)


@every_engine
def test_services_start_side_by_side_and_become_healthy(driver: Driver, wanted: Workload) -> None:
    began = time.monotonic()
    started(driver, wanted)
    print(f"BENCH driver-start {driver.name}: two services healthy in {time.monotonic() - began:.2f} s")
    found = seen(driver, TENANT)
    assert {name: one.revision for name, one in found.items()} == {one.service: one.revision for one in wanted.parts}
    assert all(one.since and not one.error for one in found.values())


@every_engine
def test_asking_twice_changes_nothing(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    before = {name: (one.since, one.restarts) for name, one in seen(driver, TENANT).items()}
    driver.prepare(wanted)
    driver.start(wanted, "web")
    assert {name: (one.since, one.restarts) for name, one in seen(driver, TENANT).items()} == before


@every_engine
def test_data_outlive_a_stop_and_a_new_revision(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    with driver.volume(TENANT, "web-data", write=True) as folder:
        (folder / "kept").write_text("kept")
    driver.stop(TENANT, "web")
    assert set(seen(driver, TENANT)) == {"files"}
    changed = trial.workload(TENANT, "web", "files", image=trial.base() if driver.real else "", change="new")
    driver.start(changed, "web")
    until(lambda: seen(driver, TENANT)["web"].health is Health.HEALTHY)
    assert seen(driver, TENANT)["web"].revision == changed.part("web").revision != wanted.part("web").revision
    with driver.volume(TENANT, "web-data") as folder:
        assert (folder / "kept").read_text() == "kept"


@every_engine
def test_an_address_is_that_of_the_service(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    host, port = driver.address(TENANT, "files", "http")
    assert port == 8080
    if driver.real:
        import urllib.request

        with urllib.request.urlopen(f"http://{host}:{port}/", timeout=5) as answer:
            assert answer.read().decode() == f"here is files of {TENANT}\n"
    with pytest.raises(NotFound):
        driver.address(TENANT, "files", "nix")
    with pytest.raises(NotFound):
        driver.address(TENANT, "nix", "http")


@every_engine
def test_commands_run_in_a_service(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    if not driver.real:
        assert driver.run(TENANT, "web", ["true"]) == b""
        return
    assert driver.run(TENANT, "web", ["cat"], stdin=b"x" * 200_000) == b"x" * 200_000
    assert driver.run(TENANT, "web", ["cat", "/secret/word"]).decode() == f"secret word of web of {TENANT}"
    with pytest.raises(EngineFailed, match="this went wrong"):
        driver.run(TENANT, "web", ["sh", "-c", "echo this went wrong >&2; exit 3"])
    assert "it listens" in driver.logs(TENANT, "web")


@every_engine
def test_a_command_in_what_does_not_run_is_not_found(driver: Driver, wanted: Workload) -> None:
    driver.prepare(wanted)
    with pytest.raises(NotFound):
        driver.run(TENANT, "web", ["true"])


@every_engine
def test_only_data_are_volumes(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    assert driver.volumes(TENANT) == ("files-data", "web-data")


@every_engine
def test_what_a_tenant_takes_is_known(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    with driver.volume(TENANT, "web-data", write=True) as folder:
        (folder / "large").write_bytes(b"x" * 1_000_000)
    use = driver.use(TENANT)
    assert use.disk >= 1_000_000
    assert use.containers == 2
    assert use.memory > 0
    capacity = driver.capacity()
    assert 0 < capacity.memory_free <= capacity.memory
    assert 0 < capacity.disk_free <= capacity.disk
    assert capacity.cpu_millis >= 1000


@every_engine
def test_removed_is_gone_and_the_neighbour_is_not(driver: Driver, wanted: Workload) -> None:
    neighbour = trial.workload(f"{TENANT}-2", "web", image=trial.base() if driver.real else "")
    started(driver, wanted)
    started(driver, neighbour)
    assert {TENANT, f"{TENANT}-2"} <= driver.tenants()
    assert driver.leftovers(TENANT)
    driver.remove(TENANT)
    assert driver.leftovers(TENANT) == ()
    assert TENANT not in driver.tenants()
    assert healthy(driver, f"{TENANT}-2", "web")
    driver.remove(TENANT)  # once more: what is gone stays gone


@every_engine
@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"hostNetwork": True}, "hostNetwork"),
        ({"volumes": [{"name": "data", "hostPath": {"path": "/"}}]}, "hostPath"),
    ],
)
def test_what_asks_for_the_host_is_refused_by_name(
    driver: Driver, wanted: Workload, field: dict[str, object], said: str
) -> None:
    part = wanted.part("web")
    bad = deepcopy(part.manifests)
    bad[2]["spec"]["template"]["spec"] |= field
    with pytest.raises(Invalid, match=f"Deployment web.*{said}"):
        driver.start(replace(wanted, parts=(replace(part, manifests=bad),)), "web")
    assert seen(driver, TENANT) == {}


@every_engine
def test_a_tenant_of_no_proper_name_is_refused(driver: Driver) -> None:
    with pytest.raises(Invalid):
        driver.prepare(trial.workload("../elsewhere", "web"))
    with pytest.raises(Invalid):
        driver.remove("a.b")


@every_engine
def test_the_exit_has_every_object(driver: Driver, wanted: Workload) -> None:
    text = driver.render(wanted)
    for word in ("web-data", "files-data", f"secret word of web of {TENANT}", "readOnlyRootFilesystem"):
        assert word in text


# Faults ---------------------------------------------------------------------------------------------------------------------------------

podman_only = pytest.mark.parametrize("engine", [ENGINES[1]], indirect=True)


@podman_only
def test_a_killed_service_is_back(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    killed = driver.engine.get(f"/containers/{TENANT}.web-web/json")["State"]["Pid"]  # type: ignore[attr-defined]
    os.kill(killed, signal.SIGKILL)
    seconds = until(lambda: seen(driver, TENANT)["web"].restarts and healthy(driver, TENANT, "web", "files"))
    print(f"BENCH fault kill-service: healthy again after {seconds:.2f} s")
    assert seen(driver, TENANT)["web"].restarts == 1


@podman_only
def test_services_go_on_without_podmans_own(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    since = {name: one.since for name, one in seen(driver, TENANT).items()}
    pid = int((driver.engine.run / "pid").read_text())  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    assert healthy(driver, TENANT, "web", "files")
    print(f"BENCH fault kill-podman: answered again after {time.monotonic() - began:.2f} s")
    assert {name: one.since for name, one in seen(driver, TENANT).items()} == since


@podman_only
def test_after_a_reboot_starting_brings_everything_back(driver: Driver, wanted: Workload) -> None:
    """As far as it can be had without one: no process of it lives, and what podman keeps in /run is gone."""
    started(driver, wanted)
    with driver.volume(TENANT, "web-data", write=True) as folder:
        (folder / "kept").write_text("kept")
    _as_after_a_reboot(driver)
    for service in ("web", "files"):
        driver.start(wanted, service)
    until(lambda: healthy(driver, TENANT, "web", "files"))
    with driver.volume(TENANT, "web-data") as folder:
        assert (folder / "kept").read_text() == "kept"
    assert b"files" in driver.run(TENANT, "web", ["getent", "hosts", "files"])


def _as_after_a_reboot(driver: Driver) -> None:
    import shutil
    import subprocess

    engine = driver.engine  # type: ignore[attr-defined]
    inspected = [engine.get(f"/containers/{one['Id']}/json") for one in engine.get("/containers/json", all="true")]
    pids = [one["State"]["Pid"] for one in inspected]
    spaces = {one["NetworkSettings"]["SandboxKey"] for one in inspected} - {""}
    conmons = [int(path.read_text()) for path in (engine.run / "storage").rglob("conmon.pid")]
    os.kill(int((engine.run / "pid").read_text()), signal.SIGKILL)
    for pid in [*conmons, *pids]:
        if pid:
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert spaces
    for space in spaces:
        subprocess.run(["ip", "netns", "delete", Path(space).name], check=False)
    subprocess.run(["ip", "link", "delete", bridge_of(engine, TENANT)], check=True)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((one for one in mounts if str(engine.place) in one or str(engine.run) in one), reverse=True):
        subprocess.run(["umount", "-l", mount], check=False)
    shutil.rmtree(engine.run)


@podman_only
def test_an_object_without_its_label_is_still_a_leftover(driver: Driver, wanted: Workload) -> None:
    driver.prepare(wanted)
    driver.engine.post("/volumes/create", {"Name": f"{TENANT}.astray"})  # type: ignore[attr-defined]
    assert f"volume {TENANT}.astray" in driver.leftovers(TENANT)
    driver.remove(TENANT)
    assert driver.leftovers(TENANT) == ()


@podman_only
def test_memory_and_processor_are_bounded_by_the_kernel(driver: Driver, wanted: Workload) -> None:
    started(driver, wanted)
    engine = driver.engine  # type: ignore[attr-defined]
    group = engine.get(f"/pods/{TENANT}.web/json")["CgroupPath"].strip("/")
    inner = f"{group}/libpod-{engine.get(f'/containers/{TENANT}.web-web/json')['Id']}"
    assert _kernel(("memory", inner, "memory.limit_in_bytes"), (inner, "memory.max")) == str(64 << 20)
    assert _kernel(("cpu", inner, "cpu.cfs_quota_us"), (inner, "cpu.max")).split()[0] == "50000"
    assert _kernel(("pids", group, "pids.max"), (group, "pids.max")) == "1024"


def _kernel(*places: tuple[str, ...]) -> str:
    for place in places:
        path = Path("/sys/fs/cgroup").joinpath(*place)
        if path.exists():
            return path.read_text().strip()
    raise AssertionError(f"the kernel knows none of {places}")
