"""`build`: make the images that are not there yet, each with its bill of materials."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paraat.cloud.configuration import images_place
from paraat.cloud.images import bills, debian, npm, python, store
from paraat.cloud.images.sources import Image, chosen

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What came of one image."""

    name: str
    reference: str
    made: bool  # False: it was there already
    seconds: float
    size: int  # bytes, its base included
    identity: str
    layers: tuple[str, ...] = field(default=(), repr=False)


def build(
    names: Iterable[str] | None = None, progress: Progress | None = None, *, refresh: bool = False
) -> list[Built]:
    """Make these images (all by default) and those they stand on, where sources changed; `refresh` makes all anew with the newest packages.

    BuildFailed says what is missing on this host, or what the tool said last.
    """
    store.demand()
    with store.alone():
        debian.update(force=refresh)
        if refresh:
            return _refresh(progress or _silent)
        return _made(chosen(names), progress or _silent, None)


def _made(wanted: Iterable[Image], progress: Progress, refreshed: str | None) -> list[Built]:
    """Each image, made where the store lacks it."""
    there, results = store.references(), []
    for one in wanted:
        reference, began = one.reference(refreshed), time.monotonic()
        if made := reference not in there:
            progress(f"{one.name}: building")
            _make(one, reference, refreshed)
        if made or not bills.place(reference).exists():
            bills.write(one, reference)
        built = _result(one, reference, made, time.monotonic() - began)
        progress(
            f"{one.name}: {'built' if made else 'there already'} in {built.seconds:.1f} s, {built.size / 1e6:.0f} MB"
        )
        results.append(built)
    return results


def _refresh(progress: Progress) -> list[Built]:
    """All images under new references; engines follow when the last one is made, never half of them."""
    at = datetime.now(UTC).isoformat(timespec="seconds")  # images are made without a database
    results = _made(chosen(None), progress, at)
    (images_place() / "refreshed.json").write_text(json.dumps({"at": at}))
    return results


def _make(one: Image, reference: str, refreshed: str | None) -> None:
    """Build one image from a copy of its files whose times and modes are fixed."""
    log = images_place() / "logs" / f"{one.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{one.name}-", dir=store.cache("contexts")) as place:
        context = Path(place)
        _fill(one, context)
        command = ["build", "--network", "host", "--pull=never", "--timestamp", debian.EPOCH, "--tag", reference]
        command += ["--layers", "--force-rm", *([] if refreshed is None else ["--no-cache"])]
        inside = debian.inside()
        command += ["--volume", f"{inside}:/run/build:rw"]
        command += [f"--volume={store.cache(name)}:/run/build/{name}:rw" for name in ("lists", "archives")]
        command += ["--label", f"org.opencontainers.image.title=paraat/{one.name}"]
        if one.base:
            from paraat.cloud.images.sources import image

            command += ["--build-arg", f"BASE={image(one.base).reference(refreshed)}"]
        store.podman(*command, str(context), log=log)


def _fill(one: Image, context: Path) -> None:
    """The files of the image, and what its lists of packages ask for."""
    for path in one.files():
        target = context / path.relative_to(one.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    if (context / "requirements.txt").exists():
        python.install(context / "requirements.txt", context / "python")
    if (context / "package-lock.json").exists():
        npm.install(context / "package-lock.json", context / "npm")
    if not one.base:
        debian.root(context / "root.tar")


def _result(one: Image, reference: str, made: bool, seconds: float) -> Built:
    found: dict[str, Any] = store.identity(reference)
    return Built(one.name, reference, made, seconds, found["size"], found["id"], tuple(found["layers"]))


def _silent(line: str) -> None:
    """Nobody looks."""
