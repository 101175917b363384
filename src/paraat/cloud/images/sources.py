"""What an image is made from: its files, its base, and the digest of both that is its tag."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

from paraat.cloud import catalog
from paraat.cloud.configuration import images_place
from paraat.kernel.errors import Invalid, NotFound

OWN = Path(__file__).parent
PREFIX = "localhost/paraat"
NOT_INSIDE = (
    "service.yaml",
    "manifest.yaml",
    "verify.py",
    "hooks.py",
    "__init__.py",
    "README.md",
    "__pycache__",
    "*.pyc",
)
"""What a service's folder holds beside its image. A folder's `.containerignore` names more, one pattern a line."""
RECIPE = "1"
"""Grows when the builder itself changes what it makes of the same files."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image that can be built: the folder of its Containerfile."""

    name: str
    folder: Path

    @property
    def base(self) -> str:
        """The name of the image it stands on (`ARG BASE=localhost/paraat/python`); "" for the one that stands on nothing."""
        text = (self.folder / "Containerfile").read_text(encoding="utf-8")
        if not re.search(r"^FROM \$\{?BASE\}?", text, re.MULTILINE):
            return ""
        named = re.search(rf"^ARG BASE={re.escape(PREFIX)}/([a-z0-9-]+)\s*$", text, re.MULTILINE)
        return named.group(1) if named else "base"

    def files(self) -> tuple[Path, ...]:
        """Everything that goes into the image, in a fixed order."""
        beside = (*NOT_INSIDE, *_ignored(self.folder))
        return tuple(
            path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not any(_matches(path.relative_to(self.folder), pattern) for pattern in beside)
        )

    def digest(self, refreshed: str | None = None) -> str:
        """Sixteen digits that change with any file of it or of its base, or when all images were made anew with newer packages."""
        parts = [RECIPE, refreshed_at() if refreshed is None else refreshed]
        parts += [image(self.base).digest(refreshed)] if self.base else []
        for path in self.files():
            mode = "x" if path.stat().st_mode & 0o100 else "-"
            parts += [str(path.relative_to(self.folder)), mode, sha256(path.read_bytes()).hexdigest()]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]

    def reference(self, refreshed: str | None = None) -> str:
        """The name under which engines know it, such as `localhost/paraat/web:1f0c…`."""
        return f"{PREFIX}/{self.name}:{self.digest(refreshed)}"


def images() -> dict[str, Image]:
    """Every image that can be built, each after the one it stands on."""
    places = [OWN.glob("bases/*/Containerfile"), OWN.glob("*/Containerfile"), catalog.FOLDER.glob("*/Containerfile")]
    found = {path.parent.name: Image(path.parent.name, path.parent) for place in places for path in place}
    return {name: found[name] for name in _in_order(found)}


def image(name: str) -> Image:
    """The image of this name; NotFound when there is none."""
    for folder in (catalog.FOLDER / name, OWN / "bases" / name, OWN / name):
        if (folder / "Containerfile").exists():
            return Image(name, folder)
    raise NotFound(f"There is no image {name}: no folder of that name has a Containerfile", name=name)


def reference(name: str) -> str:
    """The reference of the image of this name, as it would be built from the sources that are here now."""
    return image(name).reference()


def chosen(names: Iterable[str] | None) -> tuple[Image, ...]:
    """These images with those they stand on, all by default; the lowest first."""
    known = images()
    wanted = set(known) if names is None else {image(name).name for name in names}
    while missing := {known[name].base for name in wanted if known[name].base} - wanted:
        wanted |= missing
    return tuple(one for name, one in known.items() if name in wanted)


def refreshed_at() -> str:
    """The moment at which all images were last made anew for security fixes; "" when they never were."""
    try:
        return str(json.loads((images_place() / "refreshed.json").read_text(encoding="utf-8"))["at"])
    except FileNotFoundError:
        return ""


def _in_order(found: dict[str, Image]) -> list[str]:
    """The names, each after its base."""
    order: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise Invalid(f"Images stand on each other in a circle: {', '.join(above)}")
        if name in order:
            return
        if base := found[name].base:
            if base not in found:
                raise Invalid(f"The image {name} stands on {base}, which is not there", name=name)
            add(base, (*above, name))
        order.append(name)

    for name in sorted(found):
        add(name, ())
    return order


def _ignored(folder: Path) -> tuple[str, ...]:
    path = folder / ".containerignore"
    return (".containerignore", *path.read_text(encoding="utf-8").split()) if path.exists() else ()


def _matches(path: Path, pattern: str) -> bool:
    """Whether the pattern names the path, or any folder that it is in."""
    return fnmatch(str(path), pattern) or any(fnmatch(part, pattern) for part in path.parts)
