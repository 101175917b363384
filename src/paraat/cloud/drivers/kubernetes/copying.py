"""A volume of a tenant as a folder of this host: out through a pod that holds it, and back in when it was written to."""

from __future__ import annotations

import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from paraat.cloud import configuration
from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.kubernetes import objects, observing, unpacking
from paraat.cloud.drivers.kubernetes.cluster import Cluster
from paraat.cloud.rules.sizes import quantity

_SECONDS = 90
_SPARE = 64 * 2**20
"""What an archive takes besides the data."""


@contextmanager
def folder(cluster: Cluster, tenant: str, namespace: str, claim: str, image: str, *, write: bool) -> Iterator[Path]:
    """The volume's content. Owners and modes are kept, where Paraat runs as root; written back whole on leaving, unless something was raised.

    EngineFailed for more than fits into the claim twice (a file with holes is as large as it says), and for what `unpacking` refuses.
    """
    asked = cluster.get("PersistentVolumeClaim", claim, namespace)["spec"]["resources"]["requests"]["storage"]
    most = 2 * quantity(asked) + _SPARE
    place = configuration.place() / "kubernetes"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        tempfile.TemporaryDirectory(prefix=f"{tenant}-", dir=place) as staging,
        holding(cluster, tenant, namespace, claim, image) as pod,
    ):
        inside, archive = Path(staging) / "files", Path(staging) / "archive.tar"
        inside.mkdir()
        _take(cluster.run(namespace, pod, "volume", ["tar", "-C", "/volume", "-cf", "-", "."]), archive, most)
        unpacking.unpack(archive, inside, most=most)
        archive.unlink()
        yield inside
        if write:
            with tarfile.open(archive, "w") as tar:
                tar.add(inside, arcname=".")
            _put(cluster, namespace, pod, archive)


@contextmanager
def holding(cluster: Cluster, tenant: str, namespace: str, claim: str, image: str) -> Iterator[str]:
    """The name of a pod that holds the volume at /volume, while inside."""
    name = f"volume-{uuid4().hex[:8]}"
    cluster.apply(objects.helper(tenant, namespace, claim, image, name), namespace)
    try:
        _wait(cluster, namespace, name)
        yield name
    finally:
        cluster.delete("Pod", name, namespace, grace=0)


def _take(pieces: Iterable[bytes], archive: Path, most: int) -> None:
    """Write down what comes; EngineFailed when it does not end."""
    size = 0
    with archive.open("wb") as handle:
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise EngineFailed(
                    f"What came of the volume was refused, it is larger than its volume may be: more than {most} bytes"
                )
            handle.write(piece)


def empty(cluster: Cluster, namespace: str, pod: str) -> None:
    """Take everything out of the volume."""
    list(cluster.run(namespace, pod, "volume", ["find", "/volume", "-mindepth", "1", "-delete"]))


def _put(cluster: Cluster, namespace: str, pod: str, archive: Path) -> None:
    """The archive's content instead of what the volume has. Unpacked beside it first: a broken line leaves the volume as it was."""
    script = (
        "set -e; rm -rf /volume/.paraat-new; mkdir /volume/.paraat-new; tar -C /volume/.paraat-new --numeric-owner -xpf -; "
        "find /volume -mindepth 1 -maxdepth 1 ! -name .paraat-new -exec rm -rf {} +; "
        "find /volume/.paraat-new -mindepth 1 -maxdepth 1 -exec mv -t /volume {} +; rmdir /volume/.paraat-new"
    )
    list(cluster.run(namespace, pod, "volume", ["sh", "-c", script], archive))


def _wait(cluster: Cluster, namespace: str, name: str) -> None:
    """Until the pod runs; EngineFailed with what keeps it."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        pod = cluster.get("Pod", name, namespace)
        if observing.ready(pod):
            return
        time.sleep(0.1)
    raise EngineFailed(f"The volume cannot be reached: pod {name} does not start ({pod['status'].get('phase')})")
