"""Proves that calendar and contacts work as a phone uses them: found, an entry made, read and removed; strangers refused."""

from __future__ import annotations

import secrets
import time
from http.client import HTTPConnection, HTTPException

import caldav
from caldav.lib.error import DAVError, NotFoundError

from paraat.cloud.access import VERIFIER, Access, NotVerified
from paraat.cloud.catalog.calendar.dav import headers

PATIENCE = 15.0  # seconds
_EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Paraat//verify//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260101T000000Z\r\nDTEND:20260101T000100Z\r\nSUMMARY:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{uid}\r\nN:{uid};;;;\r\nEND:VCARD\r\n"
_QUERY = (
    b'<?xml version="1.0"?><C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    b"<D:prop><D:getetag/><C:address-data/></D:prop></C:addressbook-query>"
)


def verify(access: Access) -> list[str]:
    """By CalDAV and CardDAV as the verifier, who finds the shared collections where every account finds them."""
    uid = f"verify-{secrets.token_hex(8)}"
    _wait(access)
    try:
        _event(access, uid)
        cards = _contact(access, uid)
    except DAVError as error:
        raise NotVerified(f"The calendar refuses: {error}") from error
    finally:
        _ask(access, "DELETE", f"/shared/calendar/{uid}.ics")
        _ask(access, "DELETE", f"/shared/contacts/{uid}.vcf")
    _refused(access)
    return [
        "an event made, found, read and removed over CalDAV in the shared calendar",
        f"a contact made, read and removed over CardDAV beside {cards} others",
        "anonymous and wrong password refused",
    ]


def _event(access: Access, uid: str) -> None:
    pair = {"username": VERIFIER, "password": access.password, "auth_type": "basic"}
    with caldav.DAVClient(access.url("calendar"), **pair) as client:  # type: ignore[operator]  # typed as a plain object
        found = client.principal().get_calendars()
        shared = next((one for one in found if str(one.url).rstrip("/").endswith("/calendar")), None)
        if shared is None:
            raise NotVerified("The shared calendar is not found from an account")
        event = shared.save_event(_EVENT.format(uid=uid))
        if uid not in shared.event_by_uid(uid).data:
            raise NotVerified("An event does not come out as it went in")
        if _ask(access, "GET", f"/shared/calendar/{str(event.url).rsplit('/', 1)[-1]}")[0] != 200:
            raise NotVerified("An event of one account is not in the shared calendar")
        event.delete()
        try:
            shared.event_by_uid(uid)
        except NotFoundError:
            return
    raise NotVerified("An event cannot be removed")


def _contact(access: Access, uid: str) -> int:
    """How many contacts there are beside ours, which comes, is read and goes."""
    path = f"/{VERIFIER}/contacts/{uid}.vcf"
    code, _ = _ask(access, "PUT", path, _CARD.format(uid=uid).encode(), {"Content-Type": "text/vcard"})
    if code not in {201, 204}:
        raise NotVerified(f"A contact cannot be written: {code}")
    code, listed = _ask(access, "REPORT", "/shared/contacts/", _QUERY, {"Content-Type": "text/xml", "Depth": "1"})
    if code != 207 or f"FN:{uid}".encode() not in listed:
        raise NotVerified(f"A contact of one account is not in the shared address book: {code}")
    if _ask(access, "DELETE", path)[0] not in {200, 204} or _ask(access, "GET", path)[0] != 404:
        raise NotVerified("A contact cannot be removed")
    return listed.count(b"BEGIN:VCARD") - 1


def _refused(access: Access) -> None:
    """Neither without a password nor with a wrong one, nor in another's own folder."""
    for method, path in (
        ("PROPFIND", "/shared/calendar/"),
        ("GET", "/shared/contacts/"),
        ("PUT", "/shared/calendar/x.ics"),
    ):
        code, _ = _raw(access, method, path, None, {})
        if code not in {401, 403}:
            raise NotVerified(f"{method} {path} is open to anybody: {code}")
    wrong = headers(access, "wrong-" + secrets.token_hex(4))
    if (code := _raw(access, "GET", "/shared/contacts/", None, wrong)[0]) not in {401, 403}:
        raise NotVerified(f"A wrong password is not refused: {code}")
    if _ask(access, "PROPFIND", "/somebody-else/")[0] not in {403, 404}:
        raise NotVerified("One account reads another's folder")


def _wait(access: Access) -> None:
    """Until the service knows the verifier: it starts while we ask."""
    until, said = time.monotonic() + PATIENCE, "no answer"
    while time.monotonic() < until:
        try:
            code, _ = _ask(access, "PROPFIND", f"/{VERIFIER}/calendar/", headers={"Depth": "0"})
            if code == 207:
                return
            said = str(code)
        except (OSError, HTTPException) as error:
            said = str(error)
        time.sleep(0.05)
    raise NotVerified(f"The calendar does not let the verifier in: {said}")


def _ask(
    access: Access, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """As the verifier."""
    from paraat.cloud.catalog.calendar import dav

    return _raw(access, method, path, body, dav.headers(access) | (headers or {}))


def _raw(access: Access, method: str, path: str, body: bytes | None, sent: dict[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection(*access.address("calendar"), timeout=15)
    try:
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
