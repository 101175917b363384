"""The entrance on this host: one container of nginx in the host's network, with a folder of this installation for its configuration.

A change is written beside what is served, tried with `nginx -t`, put in place and taken over by new workers; the old ones go on with
the connections they have, so none is cut.
"""

from __future__ import annotations

import fcntl
import os
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paraat.cloud import configuration
from paraat.cloud.drivers.base import EngineFailed, Route
from paraat.cloud.drivers.podman import commands, relaying
from paraat.cloud.entrance import nginx
from paraat.cloud.entrance.files import FOLDER, files, listening
from paraat.cloud.rules.manifests import USER
from paraat.kernel.errors import NotFound

if TYPE_CHECKING:
    from paraat.cloud.drivers.podman.driver import Driver

NAME = "paraat-entrance"
_SECONDS = 15.0


def enter(driver: Driver, routes: Sequence[Route]) -> Mapping[str, tuple[str, int]]:
    """Have it serve exactly these routes. Nothing is started for no routes."""
    where = listening()
    listens = {kind: (where.address, port) for kind, port in where.ports.items()}
    folder = configuration.place() / "entrance"
    folder.mkdir(parents=True, exist_ok=True)
    with (configuration.place() / "entrance.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        relaying.guard(driver.engine)
        relays = relaying.ways(driver.engine)
        wanted = files([(route, _target(driver, route)) for route in routes], where, relays)
        running = _running(driver)
        if not routes and not running:
            return listens
        same = (folder / "nginx.conf").exists() and (folder / "nginx.conf").read_text() == wanted["nginx.conf"]
        if same and running:
            return listens
        _write(folder, {name: text for name, text in wanted.items() if name != "nginx.conf"})
        _write(folder, {"nginx.conf.new": wanted["nginx.conf"]})
        (_reload if running else _begin)(driver, folder)
        _until_served(where, routes)
        _tidy(folder, set(wanted))
    return listens


def _target(driver: Driver, route: Route) -> str:
    try:
        host, port = driver.address(route.tenant, route.service, route.port)
    except NotFound:
        return ""
    return f"{host}:{port}"


def _running(driver: Driver) -> bool:
    try:
        return bool(driver.engine.get(f"/containers/{NAME}/json")["State"]["Running"])
    except NotFound:
        return False


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Files that nginx's user alone may read: keys are among them."""
    os.chown(folder, USER, USER)
    folder.chmod(0o700)
    for name, text in texts.items():
        path = folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.chown(path, USER, USER)


def _reload(driver: Driver, folder: Path) -> None:
    try:
        commands.run(driver.engine, NAME, ["nginx", "-t", "-q", "-e", "stderr", "-c", f"{FOLDER}/nginx.conf.new"], b"")
    except EngineFailed as error:
        raise EngineFailed(
            f"The entrance keeps what it served; nginx refused the new configuration: {error}"
        ) from error
    (folder / "nginx.conf.new").replace(folder / "nginx.conf")
    driver.engine.post(f"/containers/{NAME}/kill", signal="SIGHUP")


def _begin(driver: Driver, folder: Path) -> None:
    """The container made anew: its image or the ports may have changed since it last ran."""
    from paraat.cloud import images

    image = images.reference("entrance")
    if driver.absent([image]):
        images.build(["entrance"])
    (folder / "nginx.conf.new").replace(folder / "nginx.conf")
    driver.engine.delete(f"/containers/{NAME}", force="true")
    driver.engine.post("/containers/create", _container(image, folder))
    driver.engine.post(f"/containers/{NAME}/start")


def _container(image: str, folder: Path) -> dict[str, Any]:
    """Not root, no capability but that of low ports where one is asked for, nothing to write but /tmp."""
    where = listening()
    low = any(0 < port < 1024 for port in (*where.ports.values(), where.http))
    return {
        "name": NAME,
        "image": image,
        "user": f"{USER}:{USER}",
        "labels": {"paraat.entrance": "yes"},
        "netns": {"nsmode": "host"},
        "read_only_filesystem": True,
        "no_new_privileges": True,
        "cap_drop": ["ALL"],
        "cap_add": ["CAP_NET_BIND_SERVICE"] if low else [],
        "restart_policy": "always",
        "mounts": [
            {"destination": FOLDER, "type": "bind", "source": str(folder.resolve()), "options": ["ro", "rbind"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["size=256m", "mode=1777"]},  # noqa: S108
        ],
        "resource_limits": {"memory": {"limit": 512 << 20}, "pids": {"limit": 256}},
    }


def _until_served(where: nginx.Listening, routes: Sequence[Route]) -> None:
    """Wait until a handshake for every https name succeeds, so that who was told of a name can use it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # only whether it serves; clients verify
    before = time.monotonic() + _SECONDS
    for host in sorted({route.host for route in routes if route.kind == "https"}):
        while not _served(context, (where.address, where.ports["https"]), host):
            if time.monotonic() > before:
                raise EngineFailed("The entrance does not serve", host=host)
            time.sleep(0.02)


def _served(context: ssl.SSLContext, address: tuple[str, int], host: str) -> bool:
    try:
        with socket.create_connection(address, 2.0) as line, context.wrap_socket(line, server_hostname=host):
            return True
    except OSError:
        return False


def _tidy(folder: Path, wanted: set[str]) -> None:
    """Keys of routes that are gone do not stay on the disk."""
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
