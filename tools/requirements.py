"""Renew requirements.txt (for running) and requirements-dev.txt (for developing) from pyproject.toml, with hashes and no registry's address."""

from __future__ import annotations

import subprocess
import sys

from setup import ROOT, find_uv

FIXED = [
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "pyproject.toml",
    "--extra",
    "embedded",
]

for extra, target in ([], "requirements.txt"), (["--group", "dev"], "requirements-dev.txt"):
    command = [find_uv(), "pip", "compile", *FIXED, *extra, *sys.argv[1:], "-o", target]
    subprocess.run(command, cwd=ROOT, check=True)
