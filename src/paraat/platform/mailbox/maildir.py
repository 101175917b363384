"""A Maildir: one file per letter, moved from `new` to `cur` when it is handled. What a local mail server delivers into without any daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from paraat.platform.mailbox.base import LARGEST, Letter, MailboxDown


class MaildirMailbox:
    """Reads `new`; a letter's flags (`S` seen, `F` flagged) are written into its name in `cur`, as the format has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_url(cls, url: str) -> MaildirMailbox:
        """`maildir:///var/mail/alerts`."""
        path = url.removeprefix("maildir:").removeprefix("//")
        if not path.startswith("/"):
            raise ValueError("it must look like maildir:///path")
        return cls(Path(path))

    def letters(self, *, limit: int) -> Iterator[Letter]:
        """The files in `new`, by their names, which begin with the moment of delivery."""
        try:
            names = sorted(path.name for path in (self.folder / "new").iterdir() if not path.name.startswith("."))
        except OSError as fault:
            raise MailboxDown(str(fault)) from fault
        for name in names[:limit]:
            letter = self._read(name)
            if letter:
                yield letter

    def done(self, letter: Letter) -> None:
        """Seen."""
        self._move(letter, "S")

    def put_aside(self, letter: Letter) -> None:
        """Seen and flagged."""
        self._move(letter, "FS")

    def probe(self) -> tuple[str, ...]:
        """Whether the three folders are there and may be written."""
        missing = [name for name in ("new", "cur", "tmp") if not (self.folder / name).is_dir()]
        return (f"{self.folder} is no Maildir: {', '.join(missing)} missing",) if missing else ()

    def _read(self, name: str) -> Letter | None:
        try:
            with (self.folder / "new" / name).open("rb") as file:
                raw = file.read(LARGEST + 1)
        except FileNotFoundError:  # another worker was faster
            return None
        except OSError as fault:
            raise MailboxDown(str(fault)) from fault
        return Letter(name, raw[:LARGEST], cut=len(raw) > LARGEST)

    def _move(self, letter: Letter, flags: str) -> None:
        source = self.folder / "new" / letter.place
        try:
            source.rename(self.folder / "cur" / f"{letter.place.partition(':')[0]}:2,{flags}")
        except FileNotFoundError:
            return  # already marked by another worker, which is what was wanted
        except OSError as fault:
            raise MailboxDown(str(fault)) from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        return None
