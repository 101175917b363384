"""What cannot be done, said with a text of the catalogue."""

from __future__ import annotations


class Refused(Exception):
    """The answer is a page with this text (`words/`) and this status; nothing was changed."""

    def __init__(self, key: str, status: int = 400, **values: object) -> None:
        super().__init__(key)
        self.key, self.status, self.values = key, status, values


class TooMuch(Exception):
    """More than a request may bring, or than there is room for; the connection ends with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status
