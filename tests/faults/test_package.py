"""The wheel, installed elsewhere with nothing of this source tree, serves pages in production mode."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installation import ROOT, free_ports

pytestmark = pytest.mark.package

KEY = "a-key-for-this-test-only-0123456789abcdef"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder below one that only root may enter, as `mktemp -d` makes."""
    with tempfile.TemporaryDirectory(prefix="paraat-package-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def installed(place: Path) -> Path:
    """`paraat` of a new environment that has the wheel and what it needs."""
    subprocess.run([sys.executable, "tools/package.py", str(place / "dist")], cwd=ROOT, check=True)
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    python = str(place / "venv" / "bin" / "python")
    [wheel] = (place / "dist").glob("*.whl")
    for command in (
        [uv, "venv", "-q", "--python", sys.executable, str(place / "venv")],
        [uv, "pip", "sync", "-q", "--require-hashes", "--python", python, str(ROOT / "requirements.txt")],
        [uv, "pip", "install", "-q", "--no-deps", "--python", python, str(wheel)],
    ):
        subprocess.run(command, check=True)
    return place / "venv" / "bin" / "paraat"


def test_the_wheel_serves_pages_in_production(installed: Path, place: Path) -> None:
    port = free_ports()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PARAAT_") and key != "PYTHONPATH"}
    environment = kept | {
        "PARAAT_HOME": str(place / "home"),
        "PARAAT_PORT": str(port),
        "PARAAT_MODE": "production",
        "PARAAT_DURABLE": "no",
    }
    environment |= {"PARAAT_PUBLIC_URL": "https://paraat.example", "PARAAT_PROXIES": "1", "PARAAT_SESSION_KEY": KEY}
    environment |= {
        "PARAAT_LINK_KEY": KEY,
        "PARAAT_FIELD_KEY": KEY,
        "PARAAT_BACKUP_KEY": KEY,
        "PARAAT_MAIL_FROM": "alerts@paraat.example",
    }
    environment |= {"PARAAT_SMTP_URL": "smtp://localhost:1"}
    (place / "elsewhere").mkdir()

    def paraat(*arguments: str) -> str:
        done = subprocess.run(
            [installed, *arguments],
            env=environment,
            cwd=place / "elsewhere",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        paraat("migrate")
        shipped = json.loads(paraat("framework", "list", "--json"))["editions"]
        assert [(one["framework"], one["controls"]) for one in shipped] == [("basics", 22), ("cyfun-2025", 218)]
        paraat("up")
        login = _page(port, "/accounts/login/")
        style = login.partition("/static/paraat/paraat.")[2].partition('"')[0]
        assert len(style.split(".")[0]) >= 8, f"no digest in the name of the style sheet: {style}"
        assert "--" in _page(port, f"/static/paraat/paraat.{style}")
        assert Path(paraat("backup", "create").strip()).exists()
    finally:
        paraat("down")
        remove = "from paraat.platform import embedded; embedded.remove()"
        subprocess.run([str(installed.with_name("python")), "-c", remove], env=environment, check=True)


def test_the_bill_of_materials_names_what_is_installed(installed: Path, place: Path) -> None:
    [path] = (place / "dist").glob("*.cdx.json")
    named = {one["name"]: one["version"] for one in json.loads(path.read_text())["components"]}
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    listed = subprocess.check_output(
        [uv, "pip", "list", "--format=json", "--python", str(installed.with_name("python"))], text=True
    )
    here = {
        one["name"].lower().replace("_", "-"): one["version"] for one in json.loads(listed) if one["name"] != "paraat"
    }
    assert here.items() <= named.items()


def _page(port: int, path: str) -> str:
    headers = {"Host": "paraat.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=10
            ) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
