"""The one way out of a tenant: mail, to the relay of the settings.

The entrance listens on this host's own address on the tenant's bridge and passes on to the relay. The host lets in there only the pods whose
catalog allows it (`egress: [relay]`), on that one port. A tenant without a relay (every exercise, every drill) has no such listener and no rule.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from paraat.cloud.drivers.podman import addressing, lowering, network
from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import Pod
from paraat.cloud.drivers.podman.network import Network
from paraat.cloud.entrance.nginx import Relay
from paraat.cloud.workload import Part, Workload

CHAIN = "PARAAT-RELAY"
PORT = 10025
"""Where the entrance takes a tenant's mail, on the tenant's bridge only."""
EGRESS = "relay"
_JUMP = ("INPUT", "-i", f"{network.BRIDGE}+", "-j", CHAIN)
_log = logging.getLogger("paraat.cloud")


def note(engine: Engine, workload: Workload, net: Network) -> None:
    """Write down that some pods of the tenant may reach its relay, or that none may."""
    pods = [
        pod.name for part in workload.parts if EGRESS in part.egress for pod in lowering.lower(part, workload.tenant)
    ]
    path = kept(engine, workload.tenant)
    if not workload.relay or not pods:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"relay": workload.relay, "gateway": net.gateway, "bridge": net.bridge, "pods": pods}))
    fresh.replace(path)


def kept(engine: Engine, tenant: str) -> Path:
    """Where that is written."""
    return engine.place / "relays" / f"{tenant}.json"


def through(pod: Pod, part: Part, workload: Workload, net: Network) -> Pod:
    """The pod, told the listener's address in its environment in place of the relay's, which it could not reach."""
    if not workload.relay or EGRESS not in part.egress:
        return pod
    host, _, port = workload.relay.rpartition(":")
    told = {f"{host}:{port}": f"{net.gateway}:{PORT}", f"[{host}]:{port}": f"[{net.gateway}]:{PORT}"}
    body = pod.documents[-1]
    spec = body["spec"] | {"containers": [_told(one, told) for one in body["spec"]["containers"]]}
    return replace(pod, documents=(*pod.documents[:-1], body | {"spec": spec}))


def _told(container: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    environment = [
        one | {"value": told.get(one["value"], one["value"])} if "value" in one else one
        for one in container.get("env", ())
    ]
    return container | ({"env": environment} if environment else {})


def ways(engine: Engine) -> list[Relay]:
    """What the entrance is to pass on, for the tenants whose bridge stands now: nginx cannot listen on an address that is not there."""
    return [one for one in map(_way, _notes(engine)) if one]


def _way(found: dict[str, Any]) -> Relay | None:
    host, _, port = found["relay"].rpartition(":")
    try:
        said = socket.getaddrinfo(host.strip("[]"), int(port), socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        _log.warning("the mail relay cannot be found", extra={"relay": found["relay"], "reason": str(error)})
        return None
    targets = tuple(sorted({":".join(map(str, address[:2])) for *_, address in said}))
    return Relay(f"{found['gateway']}:{PORT}", targets, tuple(found["addresses"]))


def _notes(engine: Engine) -> Iterator[dict[str, Any]]:
    for path in sorted((engine.place / "relays").glob("*.json")):
        try:
            found = json.loads(path.read_text())
        except FileNotFoundError:
            continue  # its tenant went this moment
        given = addressing.given(engine, path.stem)
        found["addresses"] = sorted(given[name] for name in found["pods"] if name in given)
        if found["addresses"] and (Path("/sys/class/net") / found["bridge"]).exists():
            yield found


def guard(engine: Engine) -> None:
    """Let in exactly those pods of this installation that may mail; rules of others on this host are theirs."""
    wanted = {
        f"-s {address}/32 -d {found['gateway']}/32 -i {found['bridge']} -p tcp -m comment --comment {_mark(engine)} "
        f"-m tcp --dport {PORT} -j ACCEPT"
        for found in _notes(engine)
        for address in found["addresses"]
    }
    there = set(_rules(engine))
    if wanted:
        _jump()
    for rule in sorted(there - wanted):
        network.firewall("-D", CHAIN, *rule.split(), check=False)
    for rule in sorted(wanted - there):
        network.firewall("-A", CHAIN, *rule.split())


def forget(engine: Engine, tenant: str) -> None:
    """The tenant has no way out any more."""
    if kept(engine, tenant).exists():
        kept(engine, tenant).unlink(missing_ok=True)
        guard(engine)


def _rules(engine: Engine) -> Iterable[str]:
    """This installation's, as iptables writes them."""
    said = network.firewall("-S", CHAIN, check=False).splitlines()
    return [line.removeprefix(f"-A {CHAIN} ") for line in said if f"--comment {_mark(engine)} " in line]


def _jump() -> None:
    """The chain, asked before the one that drops what comes from a tenant."""
    network.firewall("-N", CHAIN, check=False)
    said = network.firewall("-S", "INPUT").splitlines()
    ours, theirs = (
        next((place for place, line in enumerate(said) if line.endswith(f"-j {name}")), -1)
        for name in (CHAIN, network.CHAIN)
    )
    if 0 <= ours < theirs:
        return
    if ours >= 0:
        network.firewall("-D", *_JUMP)
    network.firewall("-I", *_JUMP)


def _mark(engine: Engine) -> str:
    return f"paraat-{engine.mark}"
