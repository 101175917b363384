"""Everything that leaves the house goes through here: `channels.of("mail").send_in_groups(batch)`.

A channel is a folder with a `configured(*, demonstration)` that builds it from the settings; adding one edits nothing else, and it passes
the contract tests of its siblings.
"""

from __future__ import annotations

import os
import pkgutil
from functools import lru_cache
from importlib import import_module

from paraat.platform import configuration
from paraat.platform.channels.base import Channel, NoSuchChannel, NotConfigured, Outcome, Outgoing, State

__all__ = ["Channel", "NoSuchChannel", "NotConfigured", "Outcome", "Outgoing", "State", "available", "kinds", "of"]


@lru_cache(maxsize=1)
def kinds() -> tuple[str, ...]:
    """The kinds of channel there are, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


def of(kind: str) -> Channel:
    """The channel of this installation. Raises NoSuchChannel, or NotConfigured when nothing says how its messages leave.

    The same object is given again while the settings stay the same, so that a route found dead is remembered between batches.
    """
    if kind not in kinds():
        raise NoSuchChannel(kind=kind)
    return _built(kind, configuration.is_demonstration(), _settings())


def available() -> tuple[str, ...]:
    """The kinds that can be used on this installation."""
    return tuple(kind for kind in kinds() if _usable(kind))


def _usable(kind: str) -> bool:
    try:
        of(kind)
    except NotConfigured:
        return False
    return True


@lru_cache(maxsize=64)
def _built(kind: str, demonstration: bool, settings: tuple[str | None, ...]) -> Channel:  # noqa: ARG001 - the settings are the key
    channel: Channel = import_module(f"{__name__}.{kind}").configured(demonstration=demonstration)
    return channel


def _settings() -> tuple[str | None, ...]:
    return tuple(setting.text(os.environ) for setting in configuration.SETTINGS.values())
