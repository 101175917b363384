"""The regimes: one TOML file per version of a law, `<regime>_<version>.toml`, here and in the folder that PARAAT_REGIMES names.

A change in law is a new file with the day from which it is in force; clocks that run keep the version that they started with.
Adding one edits no list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from paraat.incidents.rules.regimes import Regime, WrongRegime, read
from paraat.kernel.errors import NotFound
from paraat.platform import configuration


class UnknownRegime(NotFound):
    """There is no such regime."""


def all_versions() -> dict[str, list[Regime]]:
    """Every version of every regime, oldest first."""
    return _versions(configuration.REGIMES.get())


def keys() -> list[str]:
    """The regimes there are."""
    return sorted(all_versions())


def current(key: str, day: date) -> Regime:
    """The version that is in force on `day`; the first one before any is. Raises UnknownRegime."""
    versions = all_versions().get(key)
    if not versions:
        raise UnknownRegime(f"There is no regime {key!r}; there are {', '.join(keys())}")
    return next((one for one in reversed(versions) if one.in_force_from <= day), versions[0])


def get(key: str, version: str) -> Regime:
    """One version, as a running clock keeps it. Raises UnknownRegime when its file was taken away."""
    found = next((one for one in all_versions().get(key, ()) if one.version == version), None)
    if found is None:
        raise UnknownRegime(
            f"There is no version {version!r} of the regime {key!r}: its file must stay while clocks use it"
        )
    return found


def in_force(day: date) -> list[Regime]:
    """The version of each regime that is in force on `day`; none of those that are not yet."""
    return [one for key in keys() if (one := current(key, day)).in_force_from <= day]


@lru_cache(maxsize=4)
def _versions(folder: str) -> dict[str, list[Regime]]:
    found: dict[str, list[Regime]] = {}
    for name, text in _files(folder):
        key, _, version = name.removesuffix(".toml").partition("_")
        regime = read(key, tomllib.loads(text))
        if regime.version != version:
            raise WrongRegime(f"{name} says that it is version {regime.version}")
        found.setdefault(key, []).append(regime)
    return {key: sorted(versions, key=lambda one: one.in_force_from) for key, versions in found.items()}


def _files(folder: str) -> Iterator[tuple[str, str]]:
    shipped = [file for file in files(__package__).iterdir() if file.name.endswith(".toml")]
    own = sorted(Path(folder).glob("*.toml")) if folder else []
    for file in [*sorted(shipped, key=lambda one: one.name), *own]:
        yield file.name, file.read_text(encoding="utf-8")
