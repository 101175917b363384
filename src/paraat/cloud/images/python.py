"""PyPI packages for an image: exactly those of its requirements.txt, checked by hash, as wheels for Debian's Python."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from pathlib import Path

from paraat.cloud.images import store

VERSION = "3.11"
"""Python of Debian bookworm."""
_ROOT = Path(__file__).resolve().parents[4]


def install(requirements: Path, target: Path) -> None:
    """Put the packages of `requirements` into the folder `target`. BuildFailed when a line has no hash or there is no wheel for it."""
    text = requirements.read_text(encoding="utf-8")
    if re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links)", text, re.MULTILINE):
        raise store.BuildFailed(f"{requirements.name} names an index: that is for the host's configuration")
    fixed = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", str(target)]
    store.run([*_installer(), *fixed, "-r", str(requirements)])
    for path in [*target.glob("bin"), *target.glob("*.dist-info/RECORD"), *target.glob("*.dist-info/direct_url.json")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in [*target.glob("*.dist-info/INSTALLER"), *target.glob("*.dist-info/REQUESTED"), *target.glob(".lock")]:
        path.unlink()


def _installer() -> list[str]:
    """The program that installs, for Debian's Python whatever this host's is."""
    own = shutil.which("uv") or next(
        (str(path) for path in (_ROOT / ".tools/bin/uv", Path(sys.prefix) / "bin/uv") if path.exists()), None
    )
    if own:
        machine = f"{platform.machine()}-manylinux_2_36"
        return [own, "pip", "install", "--no-config", "--python-version", VERSION, "--python-platform", machine]
    pip = ["python3", "-m", "pip", "install", "--no-compile", "--disable-pip-version-check"]
    machines = [f"--platform=manylinux_2_{minor}_{platform.machine()}" for minor in (36, 28, 17)]
    machines += [f"--platform=manylinux2014_{platform.machine()}", "--platform=any"]
    return [*pip, "--python-version", VERSION, "--implementation", "cp", *machines]
