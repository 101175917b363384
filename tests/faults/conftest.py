"""A whole real installation, to be broken on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.installation import Installation
from tests.installation import installation as new_installation


@pytest.fixture(scope="module")
def _of_this_module() -> Iterator[Installation]:
    with new_installation() as made:
        yield made


@pytest.fixture
def installation(_of_this_module: Installation) -> Installation:
    """The installation of this module's tests, up; whatever a test breaks is up again in the next."""
    if not _of_this_module.processes("supervisor"):
        _of_this_module.up()
    return _of_this_module


@pytest.fixture
def installation_down() -> Iterator[Installation]:
    """An installation of its own for one test, not yet up."""
    with new_installation() as made:
        yield made
