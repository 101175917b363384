"""What benchmarks have in common: the lines they print, and both sides run in processes of their own in the same run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("PARAAT_HOME", ROOT / "var"))
OPPONENTS = ("intelmq==3.5.0", "textx", "pendulum", "polars", "setuptools<81")


@dataclass(frozen=True, slots=True)
class Bench:
    """One ratio against its target; `least`: it must be at least that, else at most."""

    name: str
    value: float
    target: float
    least: bool = True

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.value >= self.target if self.least else self.value <= self.target

    def __str__(self) -> str:
        return f"BENCH {self.name} {self.value:.3g} {'>=' if self.least else '<='} {self.target:g} {'ok' if self.ok else 'short'}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A benchmark that cannot run here, and why."""

    name: str
    target: float
    reason: str
    least: bool = True

    def __str__(self) -> str:
        return f"BENCH {self.name} - {'>=' if self.least else '<='} {self.target:g} skipped: {self.reason}"


@dataclass(frozen=True, slots=True)
class Note:
    """A figure without a target."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"NOTE {self.name} {self.value:.4g} {self.unit}"


Line = Bench | Skipped | Note


def reference() -> Path | None:
    """The folder of the frozen opponents, or None where it is not there."""
    folder = Path(os.environ.get("PARAAT_SHARED_REFERENCE", ROOT.parent / "shared" / "reference")) / "peers"
    return folder if folder.is_dir() else None


def opponent(script: str, *arguments: object) -> dict[str, Any]:
    """Run an opponent and return its JSON line."""
    folder = reference()
    if folder is None:
        raise FileNotFoundError("the reference folder is not there")
    return _json([str(_opponents_python()), str(folder / script), *map(str, arguments)], folder)


def measured(module: str, *arguments: object) -> dict[str, Any]:
    """Run our own side, `python -m module arguments`, and return its JSON line."""
    return _json([sys.executable, "-m", module, *map(str, arguments)], ROOT)


def _json(command: Sequence[str], folder: Path) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def generated(events: int, constituents: int) -> Path:
    """A synthetic Shadowserver report as the opponents' generator draws it; kept, since it is the same every time."""
    folder = reference()
    assert folder is not None
    version = hashlib.sha256((folder / "generate.py").read_bytes()).hexdigest()[:12]
    path = VAR / "bench" / f"{version}-{events}-{constituents}" / "2026-01-28-scan_smb-bench.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        subprocess.run(
            [sys.executable, str(folder / "generate.py"), str(partial), str(events), str(constituents)], check=True
        )
        partial.replace(path)
    return path


def _opponents_python() -> Path:
    """The interpreter of the opponents' virtual environment, made when first needed."""
    home = VAR / "bench-venv"
    python, ready = home / "bin" / "python", home / ".ready"
    if not ready.exists() or ready.read_text() != "\n".join(OPPONENTS):
        home.parent.mkdir(parents=True, exist_ok=True)
        venv.create(home, clear=True, with_pip=True)
        uv = shutil.which("uv")
        installer = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        subprocess.run([*installer, "-qq", *OPPONENTS], check=True, stdout=sys.stderr)
        ready.write_text("\n".join(OPPONENTS))
    return python
