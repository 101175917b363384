"""One tree of errors. The class docstring is the message a person reads; `permanent` says that trying again cannot help."""

from __future__ import annotations

from typing import Any, ClassVar


class ParaatError(Exception):
    """Something went wrong in Paraat."""

    permanent: ClassVar[bool] = True

    def __init__(self, message: str | None = None, /, **context: Any) -> None:
        self.context = context
        self.said = text = message or (type(self).__doc__ or "").strip()
        named = ", ".join(f"{key}={value!r}" for key, value in context.items())
        super().__init__(f"{text} ({named})" if named else text)


class SettingError(ParaatError):
    """A setting is missing or wrong."""


class NotAllowed(ParaatError):
    """This account may not do that."""


class NotFound(ParaatError):
    """There is no such object, or this account may not see it."""


class Invalid(ParaatError):
    """The input cannot be accepted."""


class Conflict(ParaatError):
    """Somebody else changed this first; nothing was written."""


class Unreachable(ParaatError):
    """A service outside did not answer; it will be tried again."""

    permanent = False


class Refused(ParaatError):
    """A service outside refused this for good."""
