"""Make `.venv` with exactly the packages that requirements*.txt name (checked by hash), and compile the translations.

Needs nothing but Python 3.11: without `uv` on the path, a small venv gets it. A second run finds nothing to do and takes a blink.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "paraat.stamp"


def main() -> None:
    """Bring the environment up to date: for running, or with `development` for testing too."""
    development = "development" in sys.argv[1:]
    wanted = digest("requirements-dev.txt" if development else "requirements.txt")
    done = STAMP.read_text().split() if STAMP.exists() else []
    enough = {wanted, digest("requirements-dev.txt")} & set(done)
    if not enough or not PYTHON.exists():
        install("requirements-dev.txt" if development else "requirements.txt")
        STAMP.write_text(wanted)
    compile_translations()


def digest(name: str) -> str:
    """What identifies the packages that `name` asks for, on this Python and in this place."""
    text = (ROOT / name).read_bytes() + f"{sys.version_info[:2]} {sysconfig.get_platform()} {ROOT}".encode()
    return f"{name}:{hashlib.sha256(text).hexdigest()[:16]}"


def install(requirements: str) -> None:
    """Make the venv, exactly as `requirements` says, with our own source on its path."""
    uv = find_uv()
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    if not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)], environment)
    run(
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(ROOT / requirements)],
        environment,
    )
    site = subprocess.check_output(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    Path(site, "paraat.pth").write_text(f"{ROOT / 'src'}\n")


def find_uv() -> str:
    """The path of `uv`: the one on the path, else our own in a small venv."""
    found = shutil.which("uv")
    if found:
        return found
    own = TOOLS / "bin" / "uv"
    if not own.exists():
        run([sys.executable, "-m", "venv", str(TOOLS)], hint="On Debian: apt-get install python3-venv")
        run(
            [
                str(TOOLS / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "-r",
                str(ROOT / "tools" / "uv.txt"),
            ]
        )
    return str(own)


def compile_translations() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for source in (ROOT / "src" / "paraat" / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            run([str(VENV / "bin" / "pybabel"), "-q", "compile", "-i", str(source), "-o", str(compiled)])


def run(command: list[str], environment: dict[str, str] | None = None, hint: str = "") -> None:
    """Run a step; stop with its name when it fails."""
    if subprocess.run(command, env=environment, check=False).returncode:
        sys.exit(f"Set-up failed at: {' '.join(command)}\n{hint}".rstrip())


if __name__ == "__main__":
    main()
