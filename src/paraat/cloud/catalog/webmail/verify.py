"""Webmail works when somebody logs in with a browser's means and reads a message, and when nobody else does."""

from __future__ import annotations

import imaplib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener
from uuid import uuid4

from paraat.cloud.access import VERIFIER, Access, NotVerified
from paraat.cloud.catalog.webmail.hooks import account_page

HIDDEN = (
    "/config/config.inc.php",
    "/installer/",
    "/program/lib/Roundcube/bootstrap.php",
    "/plugins/paraat/paraat.php",
    "/.htaccess",
    "/logs/errors.log",
)
"""What a browser must never get."""
PHRASES = {
    "nl": "Gebruikersnaam",
    "fr": "Nom d’utilisateur|Nom d'utilisateur|Utilisateur",
    "de": "Benutzername",
    "en": "Username",
}


def verify(access: Access) -> list[str]:
    """What was proven of webmail; NotVerified says what it did not do."""
    proofs = (closed, in_languages, guarded, read)
    try:
        with ThreadPoolExecutor(len(proofs)) as pool:
            return list(pool.map(lambda proof: proof(access), proofs))
    except (OSError, imaplib.IMAP4.error) as error:  # URLError is one
        raise NotVerified(f"Webmail does not answer as it should: {error}") from error


def closed(access: Access) -> str:
    """A wrong password, none at all, and a form without its token let nobody in."""
    page, browser = _login_page(access)
    if _inside(_log_in(access, browser, page, f"not-{uuid4()}")):
        raise NotVerified("Webmail let a wrong password in")
    if _inside(_get(access, build_opener(), "/?_task=mail")):
        raise NotVerified("Webmail shows mail without a login")
    _, fresh = _login_page(access)
    if _inside(_log_in(access, fresh, "", access.password)):
        raise NotVerified("Webmail takes a login form of another site: its token is not checked")
    return "a wrong password, no password and a form of another site are refused"


def in_languages(access: Access) -> str:
    """The login page speaks the browser's language, and leads to the page for one-time codes."""
    for language, phrase in PHRASES.items():
        page = _get(access, build_opener(), "/", {"Accept-Language": language})
        if not re.search(phrase, page):
            raise NotVerified(f"The login page is not in the language {language}")
    styles = re.findall(r'(?:href|src)="([^"]+[.](?:css|js)[^"]*)"', page)
    if len(styles) < 2 or not all(_get(access, build_opener(), one.replace("&amp;", "&")) for one in styles):
        raise NotVerified("The login page has no styles or scripts")
    if f'href="{account_page(access.prepared)}"' not in page:
        raise NotVerified("The login page has no way to the page where a password is chosen")
    return "the login page in Dutch, French, German and English, with the way to choose a password"


def guarded(access: Access) -> str:
    """Files that are not for browsers are not served; behind TLS the session's cookie is for https and for scripts of nobody."""
    for path in HIDDEN:
        try:
            _get(access, build_opener(), path)
        except HTTPError as error:
            if error.code in {403, 404}:
                continue
        raise NotVerified(f"Webmail serves {path}")
    request = Request(access.url("webmail", "/"), headers={"X-Forwarded-Proto": "https"})  # noqa: S310  # http to our own service
    with build_opener().open(request, timeout=10) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    if not cookies or not all("secure" in one.lower() and "httponly" in one.lower() for one in cookies):
        raise NotVerified("The session's cookie is not kept to https and away from scripts")
    return "configuration, installer and program files are not served; cookies are Secure and HttpOnly"


def read(access: Access) -> str:
    """Log in as a browser does and read a message that lies in the mailbox; it is removed again."""
    began, mark = time.monotonic(), uuid4().hex
    address = f"{VERIFIER}@{access.prepared.domain}"
    message = EmailMessage()
    message["From"] = message["To"] = address
    message["Subject"] = mark
    message.set_content(f"text-{mark}\n")
    with imaplib.IMAP4(*access.address("mail", "imap"), timeout=10) as imap:
        imap.login(address, access.password)
        imap.append("INBOX", "", imaplib.Time2Internaldate(time.time()), message.as_bytes())
        imap.select()
        uid = imap.uid("SEARCH", "SUBJECT", mark)[1][0].decode()
        try:
            page, browser = _login_page(access)
            if not _inside(_log_in(access, browser, page, access.password)):
                raise NotVerified("Webmail does not let its verifier in")
            if f"text-{mark}" not in _get(access, browser, f"/?_task=mail&_mbox=INBOX&_uid={uid}&_action=show"):
                raise NotVerified("Webmail does not show a message that lies in the mailbox")
        finally:
            imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
            imap.expunge()
    return f"a login and a message read in {(time.monotonic() - began) * 1000:.0f} ms"


def _login_page(access: Access) -> tuple[str, OpenerDirector]:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    return _get(access, browser, "/?_task=login"), browser


def _log_in(access: Access, browser: OpenerDirector, page: str, password: str) -> str:
    """The page that follows on sending the login form."""
    token = re.search(r'name="_token" value="([^"]+)"', page)
    fields = {"_token": token.group(1) if token else "", "_task": "login", "_action": "login", "_timezone": "UTC"}
    fields |= {"_url": "", "_user": VERIFIER, "_pass": password}
    try:
        with browser.open(access.url("webmail", "/?_task=login"), urlencode(fields).encode(), timeout=20) as answer:
            text: str = answer.read().decode()
            return text
    except HTTPError as error:
        return error.read().decode(errors="replace")


def _get(access: Access, browser: OpenerDirector, path: str, headers: dict[str, str] | None = None) -> str:
    request = Request(urljoin(access.url("webmail"), path), headers=headers or {})  # noqa: S310  # http to our own service
    with browser.open(request, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def _inside(page: str) -> bool:
    """Whether this is a page of somebody who is logged in."""
    return "_task=logout" in page
