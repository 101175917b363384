"""The image store of this host, shared by every installation on it, and podman working on it with a configuration of our own."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from paraat.cloud.configuration import images_place
from paraat.kernel.errors import ParaatError

_CONTAINERS = """# Written by Paraat; the host's own configuration is not read.
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
"""
_PROGRAMS = {"podman": "podman", "runc": "runc", "mmdebstrap": "mmdebstrap", "zstd": "zstd", "apt-get": "apt"}
"""Program -> Debian's package that has it."""


class BuildFailed(ParaatError):
    """An image cannot be made; the text ends with what the tool said last."""


def lacking(*programs: str) -> list[str]:
    """One sentence for what is missing on this host before images can be built, with what to install; empty when nothing is."""
    missing = [_PROGRAMS[name] for name in programs or tuple(_PROGRAMS) if not shutil.which(name)]
    if not missing:
        return []
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    return [f"Images cannot be built here: {', '.join(missing)} missing. On Debian 12 or later: {command}"]


def demand(*programs: str) -> None:
    """BuildFailed with what to install, when something is missing."""
    for sentence in lacking(*programs):
        raise BuildFailed(sentence)


def graph() -> Path:
    """The folder that an engine names as `additionalimagestores`."""
    return images_place() / "storage"


def cache(name: str) -> Path:
    """A folder for what need not be fetched twice."""
    folder = images_place() / "cache" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone() -> Iterator[None]:
    """One builder at a time on this host: two would make the same image twice and fight over apt's lists."""
    images_place().mkdir(parents=True, exist_ok=True)
    with (images_place() / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def podman(*arguments: str, log: Path | None = None) -> str:
    """The output of podman on the image store; BuildFailed with the last lines of what it said. `log` keeps all it said."""
    command = ["podman", *arguments]
    if log is None:
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
        said, output = done.stderr, done.stdout
    else:
        with log.open("w") as handle:
            done = subprocess.run(
                command, env=_environment(), stdout=handle, stderr=subprocess.STDOUT, text=True, check=False
            )
        said, output = log.read_text(errors="replace"), ""
    if done.returncode:
        raise BuildFailed(f"podman {arguments[0]} failed: {last_lines(said)}")
    return output


def exists(reference: str) -> bool:
    """Whether the image is in the store."""
    return reference in references()


def references() -> frozenset[str]:
    """Every tagged image of the store."""
    if not graph().is_dir():
        return frozenset()
    return frozenset(podman("images", "--format", "{{.Repository}}:{{.Tag}}").split())


def identity(reference: str) -> dict[str, object]:
    """The image's id and the digests of its layers."""
    text = podman("image", "inspect", "--format", "{{.Id}} {{.Size}} {{range .RootFS.Layers}}{{.}} {{end}}", reference)
    number, size, *layers = text.split()
    return {"id": number, "size": int(size), "layers": layers}


def last_lines(said: str, count: int = 6) -> str:
    """The end of what a program said, on one line."""
    return " | ".join(line.strip() for line in said.strip().splitlines()[-count:] if line.strip())


def run(command: Sequence[str | Path], **environment: str) -> str:
    """The output of a program; BuildFailed with the last lines of what it said."""
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"{Path(command[0]).name} failed: {last_lines(done.stderr or done.stdout)}")
    return done.stdout


def _runroot() -> Path:
    """Where podman keeps what a restart of the host may lose: one folder for each store."""
    name = f"paraat-images-{sha256(str(graph()).encode()).hexdigest()[:12]}"
    return Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}" if os.geteuid() else Path("/run") / name


def _environment() -> dict[str, str]:
    """The environment for podman: our own configuration, none of the host's."""
    folder = cache("configuration")
    containers, storage = folder / "containers.conf", folder / "storage.conf"
    places = f'[storage]\ndriver = "overlay"\ngraphroot = "{graph()}"\nrunroot = "{_runroot()}"\n'
    for path, text in (containers, _CONTAINERS), (storage, places):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    return os.environ | {"CONTAINERS_CONF": str(containers), "CONTAINERS_STORAGE_CONF": str(storage)}
