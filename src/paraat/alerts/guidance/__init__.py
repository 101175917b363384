"""What to do now, per kind of warning, in plain Dutch, French, German and English: one TOML file per kind; adding one edits no list."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files

from paraat.alerts.rules.languages import KNOWN

GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Advice:
    """One kind in one language: the heading of the message, what may happen, and the steps to take, first one first."""

    title: str
    consequence: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """One kind of warning. `valid` is how long an alert of this kind stands unless its source says otherwise."""

    key: str
    matches: tuple[str, ...]
    valid: timedelta
    advice: dict[str, Advice]

    def titles(self) -> dict[str, str]:
        """The heading per language."""
        return {language: advice.title for language, advice in self.advice.items()}


@lru_cache(maxsize=1)
def all_kinds() -> dict[str, Guidance]:
    """Every kind, by its key (the name of its file)."""
    found = sorted(
        (file for file in files(__package__).iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    kinds = [_read(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in found]
    return {kind.key: kind for kind in kinds}


def get(key: str) -> Guidance:
    """The guidance with this key, else the generic one."""
    return all_kinds().get(key) or all_kinds()[GENERIC]


def of(classification: str, ports: Iterable[int] = ()) -> Guidance:
    """The guidance for an identifier of the taxonomy (`availability/ddos` or `availability.ddos`); an open port 3389 is a remote desktop."""
    wanted = classification.replace(".", "/")
    if wanted.startswith("vulnerable") and 3389 in set(ports):
        return get("exposed_rdp")
    fits = [(len(prefix), kind) for kind in all_kinds().values() for prefix in kind.matches if _below(wanted, prefix)]
    return max(fits, key=lambda pair: pair[0])[1] if fits else get(GENERIC)


def _below(classification: str, prefix: str) -> bool:
    return classification == prefix or classification.startswith(prefix + "/")


def _read(key: str, text: str) -> Guidance:
    data = tomllib.loads(text)
    advice = {
        language: Advice(data[language]["title"], data[language]["consequence"], tuple(data[language]["steps"]))
        for language in KNOWN
    }
    return Guidance(key, tuple(data["matches"]), timedelta(hours=data["valid_hours"]), advice)
