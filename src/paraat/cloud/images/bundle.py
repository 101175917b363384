"""All images as one file for a host without internet: a docker archive that any engine reads, our bills of materials in it, under zstd."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from paraat.cloud.configuration import images_place
from paraat.cloud.images import bills, debian, store
from paraat.cloud.images.sources import chosen, refreshed_at
from paraat.kernel.errors import Invalid

_CONTENTS = "paraat/contents.json"


def bundle(file: Path, names: Iterable[str] | None = None) -> dict[str, str]:
    """Write the images that are built (all by default) to `file`; name -> reference. Invalid names one that is not built."""
    store.demand("podman", "zstd")
    wanted = {one.name: one.reference() for one in chosen(names)}
    missing = sorted(set(wanted.values()) - store.references())
    if missing:
        raise Invalid(f"Not built yet, so not in a bundle: {', '.join(missing)}. First: paraat cloud build")
    with tempfile.TemporaryDirectory(dir=store.cache("contexts")) as folder:
        archive = Path(folder) / "images.tar"
        store.podman("save", "--quiet", "--multi-image-archive", "--output", str(archive), *wanted.values())
        with tarfile.open(archive, "a") as tar:
            _add(tar, _CONTENTS, json.dumps({"images": wanted, "refreshed": refreshed_at()}, indent=1).encode())
            for reference in wanted.values():
                path = bills.place(reference)
                _add(tar, f"paraat/bills/{path.name}", path.read_bytes())
        part = file.with_name(f".{file.name}.part")
        store.run(["zstd", "--quiet", "--force", "-T0", "-9", str(archive), "-o", str(part)])
        part.replace(file)
    return wanted


def load(file: Path) -> dict[str, str]:
    """Take the images of a bundle into the store, with their bills; name -> reference. Invalid when the file is no bundle or is damaged."""
    store.demand("podman", "zstd")
    if not file.is_file():
        raise Invalid(f"{file} is not there")
    with store.alone(), tempfile.TemporaryDirectory(dir=store.cache("contexts")) as folder:
        archive = Path(folder) / "images.tar"
        if subprocess.run(["zstd", "--quiet", "-d", str(file), "-o", str(archive)], check=False).returncode:
            raise Invalid(f"{file.name} is no bundle of images, or is damaged")
        contents = _contents(archive, file.name)
        store.podman("load", "--quiet", "--input", str(archive))
        lost = sorted(set(contents["images"].values()) - store.references())
        if lost:
            raise Invalid(f"{file.name} does not hold what it says: {', '.join(lost)}")
        if contents["refreshed"] > refreshed_at():
            (images_place() / "refreshed.json").write_text(json.dumps({"at": contents["refreshed"]}))
    found: dict[str, str] = contents["images"]
    return found


def _contents(archive: Path, name: str) -> dict[str, Any]:
    """What the bundle says that it holds; its bills are put in their place."""
    try:
        with tarfile.open(archive) as tar:
            text = tar.extractfile(_CONTENTS)
            contents: dict[str, Any] = json.loads(text.read() if text else b"{}")
            bills.place("x/x:x").parent.mkdir(parents=True, exist_ok=True)
            for member in tar.getmembers():
                stream = tar.extractfile(member) if member.name.startswith("paraat/bills/") else None
                if stream:
                    with (bills.place("x/x:x").parent / Path(member.name).name).open("wb") as target:
                        shutil.copyfileobj(stream, target)
    except (tarfile.TarError, KeyError, json.JSONDecodeError) as error:
        raise Invalid(f"{name} is no bundle of images: {error}") from error
    return contents


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(content), int(debian.EPOCH)
    tar.addfile(member, io.BytesIO(content))
