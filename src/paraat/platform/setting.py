"""One setting: a name, a type, a default and the line that documents it. The list of all of them is `configuration`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from paraat.kernel.errors import SettingError

T = TypeVar("T")

SETTINGS: dict[str, Setting[object]] = {}
"""Every declared setting, in the order of declaration: what `docs/settings.md` must list and `paraat check` reads."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A setting read from the environment when it is asked for, so that a test or a child process may set it.

    `default` is text as a person would write it; None makes the setting required. A secret may be put in a file named by `NAME_FILE`.
    """

    name: str
    parse: Callable[[str], T]
    default: str | None
    doc: str
    secret: bool = False

    def get(self, environment: Mapping[str, str] | None = None) -> T:
        """The value; SettingError names the setting when it is missing or cannot be read."""
        text = self.text(os.environ if environment is None else environment)
        if text is None:
            raise SettingError(f"{self.name} is missing: {self.doc}")
        try:
            return self.parse(text)
        except (ValueError, OSError) as error:
            shown = "(secret)" if self.secret else repr(text)
            raise SettingError(f"{self.name}={shown} is wrong: {error}. {self.doc}") from error

    def text(self, environment: Mapping[str, str]) -> str | None:
        """The text as given: the variable, else the contents of the file that `NAME_FILE` names (secrets only), else the default."""
        if environment.get(self.name):
            return environment[self.name]
        if self.secret and environment.get(self.name + "_FILE"):
            return self._contents(Path(environment[self.name + "_FILE"]))
        return self.default

    def given(self) -> bool:
        """Whether somebody set it, rather than leaving the default."""
        return bool(os.environ.get(self.name) or (self.secret and os.environ.get(self.name + "_FILE")))

    def _contents(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{self.name}_FILE cannot be read: {error}") from error


def declare(name: str, parse: Callable[[str], T], default: str | None, doc: str, *, secret: bool = False) -> Setting[T]:
    """Declare a setting once; a second declaration of the same name is a mistake of the programmer."""
    if name in SETTINGS:
        raise SettingError(f"{name} is declared twice")
    setting = Setting(name, parse, default, doc, secret)
    SETTINGS[name] = setting  # type: ignore[assignment]
    return setting


def text(value: str) -> str:
    """Any text."""
    return value


def number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`, both included."""

    def parse(value: str) -> int:
        found = int(value)
        if not low <= found <= high:
            raise ValueError(f"it must be from {low} to {high}")
        return found

    return parse


def choice(*allowed: str) -> Callable[[str], str]:
    """One of a few words."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"it must be one of {', '.join(allowed)}")
        return value

    return parse


def switch(value: str) -> bool:
    """yes or no (also true/false, on/off, 1/0)."""
    word = value.strip().lower()
    if word in {"yes", "true", "on", "1"}:
        return True
    if word in {"no", "false", "off", "0"}:
        return False
    raise ValueError("it must be yes or no")


def listing(value: str) -> tuple[str, ...]:
    """Words separated by commas or new lines."""
    return tuple(word.strip() for word in value.replace("\n", ",").split(",") if word.strip())


def address(value: str) -> str:
    """An http or https address, without a slash at the end; empty is allowed and means: none."""
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("it must start with http:// or https://")
    return value.rstrip("/")


def folder(value: str) -> Path:
    """A directory, made absolute."""
    return Path(value).expanduser().resolve()
