"""The grab bag: what the team needs when Paraat itself is down, in one encrypted file that opens without it.

A ZIP inside an OpenPGP message (RFC 9580): `gpg --decrypt FILE.zip.pgp > pack.zip`, or `sq decrypt`, with the team's passphrase or one of its keys.
In it: index.html (reads on any phone, prints), the same as CSV for a spreadsheet, and how to go on without Paraat. No code words: who is phoned
is phoned on the number on file. Higher apps add their own lists and files (`registrations.packs`).
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

import pysequoia
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from paraat.alerts.models import CallLine, Notice
from paraat.kernel.errors import ParaatError, SettingError
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, moment
from paraat.platform.registrations import PackSheet, packs
from paraat.platform.tables import guarded
from paraat.registry.models import Contact, ContactChannel

SUFFIX = ".zip.pgp"


Sheet = PackSheet
_log = logging.getLogger("paraat.alerts")


def folder() -> Path:
    """Where the packs are kept."""
    return configuration.HOME.get() / "grabbag"


def is_configured() -> bool:
    """Whether somebody could open a pack: a passphrase or keys are set."""
    return bool(configuration.GRABBAG_PASSPHRASE.get() or configuration.GRABBAG_KEYS.get())


def write(*, now: datetime | None = None, to: Path | None = None) -> Path:
    """Write a pack and remove the oldest beyond those kept; returns its path. Raises SettingError when nobody could open it.

    The file appears whole or not at all. It is also copied to PARAAT_GRABBAG_COPY, which should be another machine: a pack that lies only on
    the server that is down helps nobody.
    """
    if not is_configured():
        raise SettingError(
            f"{configuration.GRABBAG_PASSPHRASE.name} is missing: {configuration.GRABBAG_PASSPHRASE.doc}"
        )
    at = now or moment.now()
    sealed = _sealed(_zipped(sheets(at), at, files(at)))
    name = f"grabbag-{at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    path = _put(to or folder(), name, sealed)
    copy = configuration.GRABBAG_COPY.get()
    if copy:
        _put(Path(copy), name, sealed)
    return path


def newest() -> Path | None:
    """The latest pack, or None."""
    return max(folder().glob(f"grabbag-*{SUFFIX}"), default=None)


def sheets(now: datetime) -> tuple[Sheet, ...]:
    """The call list, the open notices and the contact cards as they are at `now`, in the language of the installation."""
    with translation.override(configuration.LANGUAGE.get()):
        own = (_calls(), _notices(), _contacts(now))
        return (*own, *(sheet for pack in packs for sheet in pack.sheets(now)))


def files(now: datetime) -> list[tuple[str, bytes]]:
    """The files that higher apps add. One that cannot be made is left out and named, so that it keeps nobody from the rest."""
    found: list[tuple[str, bytes]] = []
    with translation.override(configuration.LANGUAGE.get()):
        for pack in packs:
            try:
                found += pack.files(now)
            except ParaatError as error:
                _log.exception("the offline pack lacks the files of %s", pack.name)
                found.append((f"MISSING-{pack.name}.txt", str(error).encode()))
    return found


def _calls() -> Sheet:
    lines = (
        CallLine.objects.open()
        .select_related("organisation", "contact")
        .prefetch_related("notices__alert", "notices__organisation")
    )
    rows = (
        (
            str(line.severity), _exercise(line.exercise), ", ".join(sorted({notice.organisation.name for notice in line.notices.all()})),
            line.contact.name if line.contact else "", line.address, _moment(line.since), _moment(line.not_before),
            ", ".join(sorted(f"{notice.alert.number} ({notice.code})" for notice in line.notices.all())),
        )
        for line in lines
    )  # fmt: skip
    columns = (
        _("Severity"),
        _("Exercise"),
        _("Organisation"),
        _("Ask for"),
        _("Telephone"),
        _("Since"),
        _("Not before"),
        _("About (code)"),
    )
    return Sheet("calls", _("Call list"), columns, tuple(rows))


def _notices() -> Sheet:
    notices = Notice.objects.open().select_related("alert", "organisation").order_by("-severity", "organisation__name")
    rows = (
        (
            str(notice.severity), _exercise(notice.exercise), notice.alert.number, notice.organisation.name, Tlp(notice.tlp).label,
            _title(notice), " ".join(notice.targets), notice.code, _moment(notice.sent_at), _moment(notice.step_due_at),
        )
        for notice in notices.iterator(chunk_size=2000)
    )  # fmt: skip
    columns = (
        _("Severity"), _("Exercise"), _("Alert"), _("Organisation"), "TLP", _("What"), _("Targets"), _("Code"), _("Sent"), _("Next step"),
    )  # fmt: skip
    return Sheet("notices", _("Open notices"), columns, tuple(rows))


def _contacts(now: datetime) -> Sheet:
    """Every way to every contact of those whom the team looks after, their providers included."""
    day = moment.day(now)
    channels = ContactChannel.objects.filter(
        contact__erased_at=None, contact__in=Contact.objects.as_of(day)
    ).select_related("contact__organisation")
    ordered = channels.order_by("contact__organisation__name", "contact__organisation", "contact__role", "position")
    rows = (
        (
            channel.contact.organisation.name, channel.contact.organisation.get_kind_display(), channel.contact.get_role_display(),
            channel.contact.name, channel.get_kind_display(), channel.address, _("yes") if channel.out_of_band else _("no"),
            " ".join(channel.contact.languages), _("away") if channel.contact.is_away(now) else "",
        )
        for channel in ordered.iterator(chunk_size=5000)
    )  # fmt: skip
    columns = (
        _("Organisation"), _("Kind"), _("Role"), _("Name"), _("Channel"), _("Address"), _("Out-of-band"), _("Languages"), _("Away"),
    )  # fmt: skip
    return Sheet("contacts", _("Contact cards"), columns, tuple(tuple(map(str, row)) for row in rows))


def _zipped(found: Sequence[Sheet], now: datetime, more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack,
        translation.override(configuration.LANGUAGE.get()),
    ):
        pack.writestr("index.html", "".join(_page(found, now, [path for path, _content in more])))
        pack.writestr("README.txt", _readme(now))
        for sheet in found:
            pack.writestr(f"{sheet.name}.csv", _csv(sheet))
        for path, content_of in more:
            pack.writestr(path, content_of)
    return content.getvalue()


def _sealed(content: bytes) -> bytes:
    """Encrypted to every key and to the passphrase: one of them is enough to open it."""
    passphrase, keys = configuration.GRABBAG_PASSPHRASE.get(), configuration.GRABBAG_KEYS.get()
    try:
        certificates = pysequoia.Cert.split_bytes(Path(keys).read_bytes()) if keys else []
        return bytes(
            pysequoia.encrypt(
                content, recipients=certificates, passwords=[passphrase] if passphrase else [], armor=False
            )
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise SettingError(f"{configuration.GRABBAG_KEYS.name} is wrong: {error}") from error


def _put(where: Path, name: str, sealed: bytes) -> Path:
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = where / f".{name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(where / name)
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(where.glob(f"grabbag-*{SUFFIX}"))[: -configuration.GRABBAG_KEPT.get()]:
        with contextlib.suppress(FileNotFoundError):
            old.unlink()
    return where / name


def _page(found: Sequence[Sheet], now: datetime, paths: Sequence[str] = ()) -> Iterator[str]:
    """One page without anything to fetch; plain tables, so that it prints and a screen reader reads it."""
    title = escape(_("%(team)s: grab bag of %(at)s") % {"team": configuration.TEAM_NAME.get(), "at": _moment(now)})
    yield f'<!DOCTYPE html>\n<html lang="{configuration.LANGUAGE.get()}"><head><meta charset="utf-8">'
    yield f'<meta name="viewport" content="width=device-width"><title>{title}</title></head>\n<body><h1>{title}</h1>\n'
    yield f"<pre>{escape(_readme(now))}</pre>\n<ul>"
    yield from (f'<li><a href="#{sheet.name}">{escape(sheet.title)} ({len(sheet.rows)})</a></li>' for sheet in found)
    yield from (f'<li><a href="{escape(path)}">{escape(path)}</a></li>' for path in paths)
    yield "</ul>\n"
    for sheet in found:
        yield f'<h2 id="{sheet.name}">{escape(sheet.title)}</h2>\n<table border="1"><thead><tr>'
        yield "".join(f'<th scope="col">{escape(column)}</th>' for column in sheet.columns) + "</tr></thead><tbody>\n"
        yield from ("<tr>" + "".join(_cell(text) for text in row) + "</tr>\n" for row in sheet.rows)
        yield "</tbody></table>\n"
    yield "</body></html>\n"


def _cell(text: str) -> str:
    phone = text.replace(" ", "")
    if phone.startswith("+") and phone[1:].isdigit():
        return f'<td><a href="tel:{phone}">{escape(text)}</a></td>'
    return f"<td>{escape(text)}</td>"


def _csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, since that is what spreadsheets open without asking; a cell never starts a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([guarded(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _readme(now: datetime) -> str:
    return "\n".join(
        [
            _("Made by %(team)s on %(at)s. Paraat is not needed to read this.")
            % {"team": configuration.TEAM_NAME.get(), "at": _moment(now)},
            _("1. Phone the call list, the worst first. Use the numbers in this file only."),
            _("2. Then phone whoever has an open notice and no tick on your list. Read out the alert and the code."),
            _(
                "3. Write down who you spoke to and when. Enter it as soon as Paraat is back: with the code, the notice is found at once."
            ),
            _(
                "4. This file holds personal data and TLP-marked matter. Delete it from your device when the emergency is over."
            ),
        ]
    )


def _title(notice: Notice) -> str:
    title = notice.alert.title
    return str(title.get(configuration.LANGUAGE.get()) or next(iter(title.values()), ""))


def _exercise(flag: bool) -> str:
    return _("EXERCISE") if flag else ""


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
