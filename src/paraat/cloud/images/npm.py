"""npm packages for an image: exactly those of its package-lock.json, checked by hash and unpacked. Their scripts are not run; npm is not needed."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import tarfile
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import Any

from paraat.cloud.images import store

REGISTRY = "https://registry.npmjs.org/"


def packages(lock: Path) -> dict[str, dict[str, Any]]:
    """The packages of a lock file by the folder they go to; those for development and other systems left out."""
    found: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {
        place: one for place, one in sorted(found.items()) if place and not one.get("dev") and not one.get("optional")
    }


def name_of(place: str) -> str:
    """The package's name, from where it goes: `node_modules/a/node_modules/@b/c` is `@b/c`."""
    return place.rpartition("node_modules/")[2]


def install(lock: Path, target: Path) -> None:
    """Put every package of the lock file under `target`. BuildFailed when one is not what its hash says."""
    for place, one in packages(lock).items():
        if not one.get("integrity"):
            raise store.BuildFailed(f"{lock.name} has no hash for {name_of(place)}")
        _unpack(_fetched(name_of(place), one["version"], one["integrity"]), target / place)


def _fetched(name: str, version: str, integrity: str) -> bytes:
    """The package's archive, from the cache or the registry; checked either way."""
    algorithm, _, wanted = integrity.split(maxsplit=1)[0].partition("-")
    kept = store.cache("npm") / hashlib.sha256(integrity.encode()).hexdigest()
    content = kept.read_bytes() if kept.exists() else _download(name, version)
    if base64.b64encode(hashlib.new(algorithm, content).digest()).decode() != wanted:
        kept.unlink(missing_ok=True)
        raise store.BuildFailed(f"npm's {name} {version} is not what the lock file's hash says")
    kept.write_bytes(content)
    return content


def _download(name: str, version: str) -> bytes:
    address = f"{_registry()}{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:  # noqa: S310  # a registry of the host's configuration
            content: bytes = answer.read()
            return content
    except urllib.error.URLError as error:
        raise store.BuildFailed(f"npm's {name} {version} cannot be fetched: {error.reason}") from error


def _registry() -> str:
    """The registry that this host's npm would use."""
    given = os.environ.get("NPM_CONFIG_REGISTRY") or os.environ.get("npm_config_registry")  # noqa: SIM112  # npm's own name
    path = Path.home() / ".npmrc"
    if not given and path.exists():
        found = re.search(r"^registry\s*=\s*(\S+)", path.read_text(), re.MULTILINE)
        given = found.group(1) if found else None
    return (given or REGISTRY).rstrip("/") + "/"


def _unpack(content: bytes, target: Path) -> None:
    """The files of an npm archive, without the folder that they are all in."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            parts = PurePosixPath(member.name).parts[1:]
            if not member.isfile() or not parts or ".." in parts:
                continue
            path = target.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = archive.extractfile(member)
            path.write_bytes(stream.read() if stream else b"")
