"""The scenarios that ship, each a TOML file of this folder; and those of the installation, below PARAAT_HOME/scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from paraat.exercises import injects
from paraat.exercises.rules.scenario import Scenario, WrongScenario, parse
from paraat.kernel.errors import NotFound
from paraat.platform import configuration


def own() -> Path:
    """Where an installation keeps its own scenarios."""
    return Path(configuration.HOME.get()) / "scenarios"


def found() -> Mapping[str, Scenario]:
    """Every scenario by its key; one of the installation replaces ours of the same key. Raises WrongScenario for the first that is wrong."""
    read = {}
    for name, text in _texts():
        scenario = parse(text, name=name, kinds=injects.keys())
        if f"{scenario.key}.toml" != name:
            raise WrongScenario(f"{name}: key: {scenario.key!r} is not the name of the file")
        read[scenario.key] = scenario
    return read


def get(key: str) -> Scenario:
    """The scenario of that key. Raises NotFound, or WrongScenario."""
    scenario = found().get(key)
    if scenario is None:
        raise NotFound("There is no such scenario", scenario=key)
    return scenario


def _texts() -> Iterator[tuple[str, str]]:
    for file in sorted(files(__package__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield file.name, file.read_text(encoding="utf-8")
    for path in sorted(own().glob("*.toml")) if own().is_dir() else []:
        yield path.name, path.read_text(encoding="utf-8")
