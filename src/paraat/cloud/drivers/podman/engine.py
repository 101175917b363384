"""Podman's own service for this installation: its configuration, its socket, and calls to it.

Nothing of the host's podman is used or changed: configuration, containers, volumes and networks are the installation's own, and images
come from the store that the installations of this host share, which is only read. The service is started when it is first called, and
again when somebody killed it; containers go on without it.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import requests
from podman.api import APIClient
from podman.errors import APIError

from paraat.cloud import configuration
from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.podman import resting
from paraat.kernel.errors import NotFound

IDLE_SECONDS = 300
"""The service ends by itself when nobody has called it for this long, so that `paraat down` leaves nothing behind."""
_EXIT_SECONDS = 10
"""How long podman keeps a process for each command that ran in a container, so that its exit code can be asked; five minutes by default."""
_LISTS = frozenset({"/containers/json", "/networks/json", "/pods/json", "/volumes/json"})
_TRIES = 40
_CONTAINERS = """[engine]
runtime = "{runtime}"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "{run}/tmp"
static_dir = "{store}/libpod"
volume_path = "{store}/volumes"
exit_command_delay = {delay}
[network]
network_backend = "netavark"
network_config_dir = "{networks}"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
log_driver = "k8s-file"
log_size_max = 10485760
seccomp_profile = "/usr/share/containers/seccomp.json"
"""
_STORAGE = """[storage]
driver = "overlay"
runroot = "{run}/storage"
graphroot = "{store}"
[storage.options]
additionalimagestores = ["{images}"]
"""


class Engine:
    """The service of one installation."""

    def __init__(self) -> None:
        self.place = configuration.place() / "podman"
        self.mark = sha256(str(self.place.resolve()).encode()).hexdigest()[:8]
        self.store = self.place / "store"
        # Outside PARAAT_HOME: a socket's path may have 107 letters, podman's 50, and after a reboot it must be gone.
        self.run = Path("/run/paraat") / self.mark
        self._mine = threading.local()

    # Calls -------------------------------------------------------------------------------------------------------------------------

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of an answer. NotFound when there is no such object."""
        for _ in range(_TRIES):
            try:
                return self.call("GET", path, params=params).json()
            except EngineFailed as error:
                # A list fails as a whole when somebody removes one of its objects while podman makes it.
                if path not in _LISTS or "no such" not in str(error):
                    raise
                time.sleep(0.05)
        raise EngineFailed("podman: what it has changes too fast to be listed", path=path)

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        """Make or change something; the JSON of the answer, or None. 304 (it was so already) is fine."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        answer = self.call("POST", path, params=params, data=data)
        return answer.json() if answer.content and answer.status_code != 304 else None

    def delete(self, path: str, **params: Any) -> None:
        """Have an object gone; it may have been already."""
        try:
            self.call("DELETE", path, params=params)
        except NotFound:
            return

    def labelled(self, kind: str, label: str = "paraat.tenant", **params: Any) -> list[dict[str, Any]]:
        """All `containers`, `pods`, `volumes` or `networks` that carry a label (`name` or `name=value`)."""
        found = self.get(f"/{kind}/json", filters=json.dumps({"label": [label]}), **params)
        return cast("list[dict[str, Any]]", found or [])

    def call(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: bytes | None = None
    ) -> requests.Response:
        """One call, tried again with a fresh service when nobody answers."""
        for _ in range(3):
            try:
                ask = getattr(self._client(), method.lower())
                return self._checked(cast("requests.Response", ask(path, params=params, data=data)), path)
            except (APIError, requests.RequestException) as error:
                self._mine.__dict__.clear()
                said = str(error)
                self.up()
        raise EngineFailed(f"podman does not answer: {said}")

    def _checked(self, answer: requests.Response, path: str) -> requests.Response:
        if answer.status_code == 404:
            raise NotFound(f"podman has no {path}")
        if answer.status_code >= 400:
            try:
                said = answer.json()
                text = str(said.get("message") or said.get("cause") or said)
            except ValueError:
                text = answer.text
            raise EngineFailed(f"podman: {text[:500]}", path=path)
        return answer

    def _client(self) -> APIClient:
        """A client per thread, as sessions are not for sharing; a new one in a new process."""
        if getattr(self._mine, "pid", 0) != os.getpid():
            self._mine.client = APIClient(base_url=f"unix://{self.socket}", timeout=120.0)
            self._mine.pid = os.getpid()
        return cast("APIClient", self._mine.client)

    # The service -------------------------------------------------------------------------------------------------------------------

    @property
    def socket(self) -> Path:
        """Where the service listens; only root may go there."""
        return self.run / "podman.sock"

    def environment(self) -> dict[str, str]:
        """What makes any podman command see this installation and nothing else."""
        ours = {
            "CONTAINERS_CONF": str(self.place / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.place / "storage.conf"),
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        return {key: value for key, value in os.environ.items() if key in {"HOME", "LANG", "TMPDIR"}} | ours

    def up(self) -> None:
        """Have the service answer. Whoever comes first starts it; others wait for that one."""
        if self._answers():
            return
        self.configure()
        with (self.run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._answers():
                self._start()

    def down(self) -> int:
        """End the service. Containers go on: how many do. With none, nothing of the store stays mounted, so that it can be deleted."""
        resting.end(self.run / "pid", str(self.socket))
        return resting.rest(self.store)

    def configure(self) -> None:
        """Write the configuration where it differs."""
        for folder in (self.store, self.place / "networks", self.run, self.images):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.place, self.run):
            folder.chmod(0o700)
        values: dict[str, Any] = {
            "run": self.run,
            "store": self.store,
            "images": self.images,
            "networks": self.place / "networks",
            "delay": _EXIT_SECONDS,
            "runtime": "runc" if Path("/usr/sbin/runc").exists() or Path("/usr/bin/runc").exists() else "crun",
        }
        _written(self.place / "containers.conf", _CONTAINERS.format(**values))
        _written(self.place / "storage.conf", _STORAGE.format(**values))

    @property
    def images(self) -> Path:
        """The store of images that all installations of this host share."""
        return configuration.images_place() / "storage"

    def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        try:
            return bool(APIClient(base_url=f"unix://{self.socket}", timeout=20.0).get("/_ping").ok)
        except (APIError, requests.RequestException, OSError):
            return False

    def _start(self) -> None:
        self.socket.unlink(missing_ok=True)
        command = ["podman", "system", "service", "-t", str(IDLE_SECONDS), f"unix://{self.socket}"]
        with (self.run / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self.environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.run / "pid").write_text(str(process.pid))
        for _ in range(400):
            if self._answers():
                return
            if process.poll() is not None:
                break
            time.sleep(0.025)
        said = (self.run / "log").read_text(errors="replace")[-400:]
        raise EngineFailed(f"podman's service does not start: {said}")


def _written(path: Path, text: str) -> None:
    """Write a file only when it differs: podman may be reading it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
