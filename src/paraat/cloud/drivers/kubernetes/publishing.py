"""How images come to the cluster: its nodes have them already, or it takes them from a registry of its own."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from paraat.cloud import configuration, images
from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.kubernetes import objects
from paraat.cloud.drivers.kubernetes.cluster import Cluster
from paraat.cloud.images.sources import PREFIX
from paraat.cloud.workload import Manifest

_LISTED = 50
"""A node reports no more images than this (`nodeStatusMaxImages`): a full list proves nothing about the others."""


def place(reference: str) -> str:
    """The image's name as the cluster knows it."""
    registry = configuration.REGISTRY.get().rstrip("/")
    return reference.replace(PREFIX, registry, 1) if registry else reference


def placed(manifests: Iterable[Manifest]) -> list[Manifest]:
    """The manifests with the cluster's names of images."""
    found = copy.deepcopy(list(manifests))
    for one in found:
        for box in objects.pod(one)["containers"] if one["kind"] == "Deployment" else ():
            box["image"] = place(box["image"])
    return found


def helper_image() -> str:
    """The image of the pod that holds a volume."""
    return place(images.reference("base"))


def absent(cluster: Cluster, wanted: Collection[str]) -> set[str]:
    """Those that some node lacks."""
    if configuration.REGISTRY.get():
        return set()
    found: set[str] = set()
    for node in cluster.list("Node"):
        listed = node["status"].get("images", [])
        there = {name for one in listed for name in one.get("names", ())}
        found |= set() if len(listed) >= _LISTED else set(wanted) - there
    return found


def push(archive: Path) -> None:
    """Push every image of the archive to the registry, with skopeo."""
    registry = configuration.REGISTRY.get()
    if not registry:
        raise EngineFailed(
            "This cluster has no registry (PARAAT_CLOUD_REGISTRY). Import the bundle on every node: "
            f"zstd -dc {archive.name} | ctr -n k8s.io images import -"
        )
    if not shutil.which("skopeo") or not shutil.which("zstd"):
        raise EngineFailed(
            "To push images, install skopeo and zstd: apt-get install --no-install-recommends skopeo zstd"
        )
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "images.tar"
        _run(["zstd", "--quiet", "-d", str(archive), "-o", str(plain)])
        for reference in _tags(plain):
            _run(["skopeo", "copy", "--quiet", f"docker-archive:{plain}:{reference}", f"docker://{place(reference)}"])


def _tags(archive: Path) -> list[str]:
    """The images of a docker archive."""
    with tarfile.open(archive) as tar:
        text = tar.extractfile("manifest.json")
        return [tag for one in json.loads(text.read() if text else b"[]") for tag in one["RepoTags"]]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineFailed(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
