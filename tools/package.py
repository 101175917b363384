"""Build dist/: the wheel with compiled translations and static files in it, and its bill of materials (CycloneDX 1.6)."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

from setup import PYTHON, ROOT, compile_translations, find_uv, run

COLLECTED = ROOT / "src" / "paraat" / "collected"


def main(target: Path) -> None:
    """Build into `target`."""
    compile_translations()
    collect_static()
    run([find_uv(), "build", "--quiet", "--wheel", "--out-dir", str(target), str(ROOT)])
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    (target / f"paraat-{version}.cdx.json").write_text(json.dumps(bill_of_materials(version), indent=1))


def collect_static() -> None:
    """Gather all static files under names that hold their digest, as production serves them."""
    shutil.rmtree(COLLECTED, ignore_errors=True)
    key = "only-for-collecting-static-files-0000000000000000"
    production = {"PARAAT_MODE": "production", "PARAAT_PUBLIC_URL": "https://paraat.example", "PARAAT_PROXIES": "1"}
    production |= {
        "PARAAT_SESSION_KEY": key,
        "PARAAT_LINK_KEY": key,
        "PARAAT_FIELD_KEY": key,
        "DJANGO_SETTINGS_MODULE": "paraat.settings",
    }
    production |= {"DATABASE_URL": "postgresql://nobody@localhost/none"}
    command = [str(PYTHON), "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
    run(command, os.environ | production)


def bill_of_materials(version: str) -> dict[str, object]:
    """What an installation consists of: every package of requirements.txt, with version and digests."""
    components: list[dict[str, object]] = []
    for line in re.sub(r"\\\n\s*", " ", (ROOT / "requirements.txt").read_text()).splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line):
            name, number = found.groups()
            hashes = [{"alg": "SHA-256", "content": digest} for digest in re.findall(r"--hash=sha256:(\w+)", line)]
            components.append(
                {
                    "type": "library",
                    "name": name,
                    "version": number,
                    "purl": f"pkg:pypi/{name}@{number}",
                    "hashes": hashes,
                }
            )
    product = {
        "type": "application",
        "name": "paraat",
        "version": version,
        "licenses": [{"license": {"id": "EUPL-1.2"}}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": product},
        "components": components,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
