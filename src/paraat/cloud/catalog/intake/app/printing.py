"""Makes one PDF from what comes in on standard input. A process of its own: what typst takes of memory is given back when it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_TEMPLATE = Path(__file__).parent / "typst" / "handover.typ"


def printed(data: str) -> bytes:
    """The PDF (PDF/UA-1, tagged) of these requests (JSON). Through a pipe, for an argument would show in the process list."""
    command = [sys.executable, "-m", f"{__package__}.printing"]
    return subprocess.run(command, input=data.encode(), stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    """What the process does."""
    import typst

    data = sys.stdin.buffer.read().decode()
    made = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"data": data}, pdf_standards=["ua-1"])
    sys.stdout.buffer.write(bytes(made))


if __name__ == "__main__":
    main()
