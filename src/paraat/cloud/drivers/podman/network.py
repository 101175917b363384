"""A tenant's network: a bridge of its own without a way out, and the few rules of the host that keep it so.

`internal` gives its pods no route but to each other. What is left to them is the host's own address on the bridge: there the chain
PARAAT-CLOUD lets nothing in but answers to what the host asked. No name server is started (see `addressing`).
"""

from __future__ import annotations

import fcntl
import ipaddress
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import own
from paraat.cloud.workload import LABEL
from paraat.kernel.errors import NotFound

BRIDGE = "prt"
"""Every bridge of ours begins so; the rules of the host name them by it."""
CHAIN = "PARAAT-CLOUD"
_INPUT = (
    ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "RETURN"),
    ("-j", "DROP"),
)
_FORWARD = (
    ("-m", "physdev", "--physdev-is-bridged", "-j", "RETURN"),  # pods of one tenant, where bridges pass the firewall
    ("-j", "DROP"),
)
_JUMPS = (
    ("INPUT", "-i", f"{BRIDGE}+", "-j", CHAIN),
    ("FORWARD", "-i", f"{BRIDGE}+", "-j", f"{CHAIN}-FWD"),
    ("FORWARD", "-o", f"{BRIDGE}+", "-j", f"{CHAIN}-FWD"),
)


@dataclass(frozen=True, slots=True)
class Network:
    """A tenant's network as podman has it."""

    name: str
    bridge: str
    subnet: ipaddress.IPv4Network

    @property
    def gateway(self) -> str:
        """The host's address on it."""
        return str(self.subnet.network_address + 1)

    def free(self, taken: set[str]) -> str:
        """The address after the highest that a pod was given; EngineFailed when all are taken. A lower one may be held by what crashed."""
        highest = max((ipaddress.IPv4Address(one) for one in taken), default=self.subnet.network_address + 9)
        if highest + 1 < self.subnet.broadcast_address:
            return str(highest + 1)
        raise EngineFailed("The tenant's network has no address left", network=self.name)


def bridge_of(engine: Engine, tenant: str) -> str:
    """The bridge's name: 15 letters at most, different for every tenant of every installation of the host."""
    return BRIDGE + sha256(f"{engine.mark}/{tenant}".encode()).hexdigest()[:10]


def name_of(engine: Engine, tenant: str) -> str:
    """The network's name; with the installation in it, because podman keeps notes of networks in one place for the whole host."""
    return own(tenant, engine.mark)


def ensure(engine: Engine, tenant: str) -> Network:
    """The tenant's network, made where it is not there; the rules of the host first, so that no network is ever without them."""
    guard()
    if found := find(engine, tenant):
        return found
    with (engine.place / "networks.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find(engine, tenant) or _make(engine, tenant)


def _make(engine: Engine, tenant: str) -> Network:
    subnet = _free_subnet(engine)
    # The gateway is said, for podman gives an internal network without names none, and then this host would not reach its pods.
    body = {
        "name": name_of(engine, tenant),
        "driver": "bridge",
        "dns_enabled": False,
        "internal": True,
        "ipv6_enabled": False,
        "network_interface": bridge_of(engine, tenant),
        "subnets": [{"subnet": str(subnet), "gateway": str(subnet.network_address + 1)}],
        "options": {"isolate": "true"},
        "labels": {LABEL: tenant},
    }
    return _read(engine.post("/networks/create", body))


def _free_subnet(engine: Engine) -> ipaddress.IPv4Network:
    """The first network of this installation's range that neither it nor the host has."""
    said = engine.get("/networks/json") or ()
    used = {one["subnet"] for network in said for one in network.get("subnets") or ()} | _routed()
    ours = ipaddress.ip_network(f"10.{128 + int(engine.mark[:2], 16) % 64}.0.0/16")
    for one in ours.subnets(new_prefix=24):
        if str(one) not in used and isinstance(one, ipaddress.IPv4Network):
            return one
    raise EngineFailed("No network is left for another tenant", range=str(ours))


def _routed() -> set[str]:
    """The networks that this host has a route to; another installation's may be among them."""
    found = set()
    for line in Path("/proc/net/route").read_text().splitlines()[1:]:
        words = line.split()
        address, mask = (ipaddress.ip_address(int(one, 16).to_bytes(4, "little")) for one in (words[1], words[7]))
        found.add(str(ipaddress.ip_network(f"{address}/{mask}", strict=False)))
    return found


def find(engine: Engine, tenant: str) -> Network | None:
    """The tenant's network, or None."""
    try:
        return _read(engine.get(f"/networks/{name_of(engine, tenant)}/json"))
    except NotFound:
        return None


def _read(found: dict[str, Any]) -> Network:
    subnet = ipaddress.ip_network(found["subnets"][0]["subnet"])
    if not isinstance(subnet, ipaddress.IPv4Network):
        raise EngineFailed("A tenant's network has IPv4 addresses", network=found["name"])
    return Network(found["name"], found["network_interface"], subnet)


def guard() -> None:
    """Have the rules of the host in place. One chain for all installations: it names bridges by how they begin."""
    for chain, rules in ((CHAIN, _INPUT), (f"{CHAIN}-FWD", _FORWARD)):
        wanted = [f"-A {chain} {' '.join(rule)}" for rule in rules]
        if _rules(chain) != len(wanted):
            text = "\n".join(["*filter", f":{chain} - [0:0]", *wanted, "COMMIT", ""])
            _run("iptables-restore", "--noflush", "--wait", stdin=text)
    for jump in _JUMPS:
        if _run("iptables", "--wait", "-C", *jump, check=False).returncode:
            _run("iptables", "--wait", "-I", *jump)


def _rules(chain: str) -> int:
    """How many rules a chain has; -1 when there is no such chain."""
    done = _run("iptables", "--wait", "-S", chain, check=False)
    return -1 if done.returncode else len(done.stdout.strip().splitlines()) - 1


def _run(*command: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    path = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, timeout=60, env={"PATH": path}
    )
    if check and done.returncode:
        raise EngineFailed(f"{command[0]} refused: {done.stderr.strip()[:300]}", command=" ".join(command))
    return done


def firewall(*words: str, check: bool = True) -> str:
    """What iptables says."""
    return _run("iptables", "--wait", *words, check=check).stdout


def bridge_there(engine: Engine, tenant: str) -> bool:
    """Whether the tenant's bridge stands on the host."""
    return (Path("/sys/class/net") / bridge_of(engine, tenant)).exists()


def remove(engine: Engine, tenant: str) -> None:
    """The network gone, and the bridge with it even when podman forgot it."""
    if find(engine, tenant):
        engine.delete(f"/networks/{name_of(engine, tenant)}", force="true")
    if bridge_there(engine, tenant):
        _run("ip", "link", "delete", bridge_of(engine, tenant), check=False)
