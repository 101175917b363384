"""A tenant played by hand: the lowered YAML through podman's API, pod after pod as `podman kube play` does, then every client until it passes.

    python -m tests.benchmarks.cloud_start hand NAME SERVICE...     prints {"seconds": ...}
    python -m tests.benchmarks.cloud_start lacks SERVICE...         prints {"lacks": [...]}

Nothing of `cloud.bringing` is in it: no rows, no steps, no parallel starts. Addresses and volumes are given as the driver gives them, since the YAML
names them.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import django
import yaml

django.setup()

from paraat.cloud import catalog, drivers  # noqa: E402
from paraat.cloud.access import Access  # noqa: E402
from paraat.cloud.drivers.podman import addressing, lowering, pods  # noqa: E402
from paraat.cloud.drivers.podman.driver import Driver  # noqa: E402
from paraat.cloud.workload import Budget, Prepared, Workload  # noqa: E402

PATIENCE = 180


def prepared(name: str, services: Sequence[str]) -> Prepared:
    """A tenant without accounts, as one that is started on the spot."""
    domain = f"{name}.nood.example"
    hosts = {
        one: f"https://{port.host + '.' if port.host else ''}{domain}:8443"
        for one in services
        for port in catalog.service(one).ports
        if port.entrance == "https"
    }
    made = {one: secrets.token_hex(24) for one in catalog.secrets_of(services)}
    return Prepared(name, domain, {"nl": "Ronse", "fr": "Renaix"}, ("nl", "fr"), hosts=hosts, secrets=made)


def hand(name: str, *services: str) -> float:
    """Seconds until every client passed."""
    driver = drivers.named("podman")
    assert isinstance(driver, Driver)
    chosen = catalog.chosen(services)
    tenant = prepared(name, chosen)
    workload = catalog.workload(tenant, chosen, Budget(4096, 4000, 50))
    driver.engine.up()
    began = time.monotonic()
    play(driver, workload)
    with ThreadPoolExecutor(len(chosen)) as pool:
        list(pool.map(lambda one: passes(one, Access(tenant, driver)), chosen))
    took = time.monotonic() - began
    driver.remove(name)
    assert driver.leftovers(name) == ()
    return took


def play(driver: Driver, workload: Workload) -> None:
    """The YAML of every pod, one after the other."""
    engine = driver.engine
    net, names = pods.ensure_names(engine, workload)
    addressing.tell(engine, workload.tenant, names)
    pods.ensure_volumes(engine, workload)
    scale = lowering.scale_of(workload)
    for part in workload.parts:
        for pod in lowering.lower(part, workload.tenant, scale):
            for volume in pod.volumes:
                pods.make_volume(engine, workload.tenant, volume)
            text = yaml.safe_dump_all(pods._placed(pod, names)).encode()
            place = f"{net.name}:ip={names.pods[pod.name]},mac={names.hardware(pod.name)}"
            engine.post("/play/kube", text, network=place, start="true")


def passes(service: str, access: Access) -> None:
    """Try its client until it passes."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            catalog.verifier(service).verify(access)
        except Exception:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


def lacks(*services: str) -> list[str]:
    """What keeps it from running here."""
    driver = drivers.named("podman")
    if missing := driver.lacks():
        return missing
    from paraat.cloud import bringing

    chosen = catalog.chosen(services)
    workload = catalog.workload(prepared("lacks", chosen), chosen, Budget(4096, 4000, 50))
    wanted = {one for part in workload.parts for manifest in part.manifests for one in bringing.images_in(manifest)}
    return sorted(f"{one} is missing: run `paraat cloud build`" for one in driver.absent(wanted))


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    print(json.dumps({"seconds": hand(*given)} if verb == "hand" else {"lacks": lacks(*given)}))
