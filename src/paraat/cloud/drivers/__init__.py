"""The engines behind the port `base.Driver`. A driver is a module or folder here with a class named `Driver`; nothing lists them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from paraat.cloud import configuration
from paraat.cloud.drivers.base import Driver
from paraat.kernel.errors import SettingError


def configured() -> Driver:
    """The driver that PARAAT_CLOUD_DRIVER names."""
    return named(configuration.DRIVER.get())


@cache
def named(name: str) -> Driver:
    """The driver of this name; SettingError when there is none."""
    try:
        module = import_module(f"paraat.cloud.drivers.{name}")
        return cast("Driver", module.Driver())
    except (ImportError, AttributeError) as error:
        raise SettingError(f"There is no driver {name!r} of the emergency cloud: {error}") from error
