"""All tests in stages, each with its time; the last line sums them up. Usage: tools/test.py [STAGE ...]

What a stage needs and this machine lacks (a browser, Debian's PostgreSQL 15, podman) is installed with apt-get by root, else the stage says
so. A stage that could not run at all is named in the summary, with the reason.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
RESULTS = ROOT / "var" / "test-results"
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
CONTAINERS = {
    "podman": "podman",
    "runc": "runc",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
    "/usr/libexec/podman/catatonit": "catatonit",
    "/usr/share/containers/seccomp.json": "golang-github-containers-common",
    "mmdebstrap": "mmdebstrap",
    "iptables": "iptables",
    "restic": "restic",
    "pebble": "pebble",
    "zstd": "zstd",
}
"""What plays real containers: program -> Debian's package."""
SECOND_HALF = ("tests/api", "tests/cli", "tests/cloud", "tests/house", "tests/web")
STORE_SETTINGS = {"CONTAINERS_CONF": "containers.conf", "CONTAINERS_STORAGE_CONF": "storage.conf"}
NOT_RUN: list[str] = []
"""Stages that could not run on this machine, and why."""


@dataclass
class Stage:
    """One stage: its name, what runs it, and how it went."""

    name: str
    run: Callable[[], bool]
    seconds: float = 0.0
    passed: bool = False


def main() -> int:
    """Run the stages asked for, all by default; 1 when anything failed, 2 when there is no such stage."""
    if unknown := set(sys.argv[1:]) - {stage.name for stage in STAGES}:
        print(f"No stage is named {', '.join(sorted(unknown))}. Stages: {', '.join(stage.name for stage in STAGES)}")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in RESULTS.glob("*.xml"):
        old.unlink()
    wanted = [stage for stage in STAGES if stage.name in sys.argv[1:]] or STAGES
    for stage in wanted:
        print(f"\n=== {stage.name} ===", flush=True)
        began = time.monotonic()
        stage.passed = stage.run()
        stage.seconds = time.monotonic() - began
        print(f"=== {stage.name}: {'passed' if stage.passed else 'FAILED'} in {stage.seconds:.0f} s ===", flush=True)
    return summary(wanted)


def summary(stages: list[Stage]) -> int:
    """Print the time of every stage and the sum of all tests; the exit code."""
    print("\nstage        seconds")
    for stage in stages:
        print(f"{stage.name:12} {stage.seconds:7.0f}  {'' if stage.passed else 'FAILED'}".rstrip())
    counts = [counted(path) for path in sorted(RESULTS.glob("*.xml"))]
    total, failed, skipped = (sum(one[index] for one in counts) for index in range(3))
    passed = total - failed - skipped
    for reason in NOT_RUN:
        print(f"\nNOT RUN: {reason}")
    failed += sum(1 for stage in stages if not stage.passed and not (RESULTS / f"{stage.name}.xml").exists())
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 0 if all(stage.passed for stage in stages) and not failed else 1


def counted(path: Path) -> tuple[int, int, int]:
    """Tests, failures with errors, and skipped of one pytest run."""
    suite = next(ET.parse(path).getroot().iter("testsuite"))  # noqa: S314  # our own file
    number = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
    return number["tests"], number["failures"] + number["errors"], number["skipped"]


def static() -> bool:
    """Lint, format, types and layers; the type checker beside the others."""
    types = subprocess.Popen([BIN / "mypy"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    commands = [
        [BIN / "ruff", "check", "."],
        [BIN / "ruff", "format", "--check", "."],
        [BIN / "lint-imports", "--no-logo"],
    ]
    done = [subprocess.run(command, cwd=ROOT, check=False).returncode == 0 for command in commands]
    print(types.communicate()[0], end="")
    return all(done) and types.returncode == 0


def pytest(name: str, marks: str, *places: str, **environment: str) -> bool:
    """One run of pytest over the tests that `marks` selects; no test selected (exit code 5) is not a failure of the stage."""
    return subprocess.run(
        _command(name, marks, places), cwd=ROOT, env=os.environ | environment, check=False
    ).returncode in {0, 5}


def _command(name: str, marks: str, places: Sequence[str] = ()) -> list[str | Path]:
    options = ["-q", "-m", marks, f"--junitxml={RESULTS / f'{name}.xml'}", "--durations=8"]
    return [BIN / "python", "-m", "pytest", *options, *places]


def database() -> bool:
    """Everything but browsers, containers and faults, on the embedded server; in two halves at once, each on a database of its own."""
    tools_ready()
    marks = "not e2e and not fault and not package and not containers and not kubernetes"
    rest = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").iterdir()) if _has_tests(path)]
    with tempfile.TemporaryFile() as said:
        command = _command("database-2", marks, SECOND_HALF)
        second = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        first = pytest("database", marks, *(place for place in rest if place not in SECOND_HALF))
        ended = second.wait()
        said.seek(0)
        print(said.read().decode(errors="replace"), flush=True)
    return first and ended == 0


def _has_tests(path: Path) -> bool:
    """Whether it is a test file, or a folder that may hold some."""
    return path.name.startswith("test_") if path.is_file() else not path.name.startswith("_")


def postgres_15() -> bool:
    """SQL, triggers and jobs on the oldest PostgreSQL that we support."""
    if not POSTGRES_15.exists() and not installed("postgresql-15"):
        return False
    return pytest(
        "pg15", "pg15", PARAAT_POSTGRES_BINARIES=str(POSTGRES_15), PARAAT_TEST_HOME=str(ROOT / "var" / "test15")
    )


def browser() -> bool:
    """What a person does, in a real browser against real processes."""
    if not shutil.which("chromium") and not installed("chromium"):
        return False
    return pytest("browser", "e2e and not fault and not containers and not kubernetes")


def containers() -> bool:
    """The emergency cloud on real containers; its images are built first, and kept for the next run."""
    if not tools_ready():
        NOT_RUN.append(
            "the tests on real containers (pytest -m containers): Debian's packages named above have to be installed by root"
        )
        return True
    return images_ready() and pytest("containers", "containers and not fault and not kubernetes")


def images_ready() -> bool:
    """Build the images, those that are not there yet; the time is printed."""
    began = time.monotonic()
    built = subprocess.run([ROOT / "bin" / "paraat", "cloud", "build"], cwd=ROOT, check=False).returncode == 0
    print(f"images {'ready' if built else 'NOT built'} in {time.monotonic() - began:.0f} s", flush=True)
    return built


def tools_ready() -> bool:
    """Whether the programs of the emergency cloud are on this machine, installed where that is possible."""
    missing = [package for program, package in CONTAINERS.items() if not shutil.which(program)]
    return not missing or installed(*missing)


def kubernetes() -> bool:
    """The same on the cluster that KUBECONFIG names; without one, the summary says so."""
    if not os.environ.get("KUBECONFIG"):
        NOT_RUN.append("the tests on Kubernetes (pytest -m kubernetes): set KUBECONFIG to a cluster to run them")
        return True
    if load := os.environ.get("PARAAT_TEST_CLUSTER_LOAD"):
        loaded(shlex.split(load))
    return pytest("kubernetes", "kubernetes and not fault")


def loaded(command: list[str]) -> None:
    """Bring the images to the cluster's nodes with a command that takes their names and reads podman's store; the tests say what lacks."""
    if not (tools_ready() and images_ready()):
        return
    asked = [ROOT / "bin" / "paraat", "cloud", "build", "--json"]
    answer = json.loads(subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    settings = Path(answer["store"]) / "cache" / "configuration"
    store = {name: str(settings / file) for name, file in STORE_SETTINGS.items()}
    names = [one["reference"] for one in answer["images"]]
    subprocess.run([*command, *names], cwd=ROOT, env=os.environ | store, check=False)


def package() -> bool:
    """The wheel, installed elsewhere."""
    return pytest("package", "package")


def faults() -> bool:
    """The real processes, broken on purpose."""
    return pytest("faults", "fault and not containers and not kubernetes")


def container_faults() -> bool:
    """Real containers, broken on purpose; where none can be played, the stage before said so."""
    return not tools_ready() or (
        images_ready() and pytest("container-faults", "fault and containers and not kubernetes")
    )


def installed(*packages: str) -> bool:
    """Install Debian packages; says what is missing when that cannot be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"This stage needs of Debian: apt-get install --no-install-recommends {' '.join(packages)}")
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    refreshed = subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return refreshed.returncode == 0 and subprocess.run(command, env=environment, check=False).returncode == 0


STAGES = [
    Stage("static", static),
    Stage("database", database),
    Stage("pg15", postgres_15),
    Stage("browser", browser),
    Stage("containers", containers),
    Stage("kubernetes", kubernetes),
    Stage("package", package),
    Stage("faults", faults),
    Stage("container-faults", container_faults),
]

if __name__ == "__main__":
    sys.exit(main())
