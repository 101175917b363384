"""What can be wrong with a whole input. What is wrong with one row is no error: the row is quarantined."""

from __future__ import annotations

from paraat.kernel.errors import Invalid


class FormatError(Invalid):
    """This input is not in the format that was announced."""


class TooBig(FormatError):
    """This archive unpacks to more than is allowed; nothing was read further."""


class UnknownFormat(FormatError):
    """There is no such format."""
