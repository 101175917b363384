"""MIME by hand where it is simple, since a hundred thousand notices are rendered one by one: the general way costs ten times as much.

Headers that need folding or encoding still go through the standard library.
"""

from __future__ import annotations

import binascii
import html
import re
import secrets
from email import policy

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_PLAIN_LINE = 76


def header(name: str, value: str) -> bytes:
    """One header line, folded and encoded as needed. Raises ValueError for a line end in it: that would begin another header."""
    if (
        value.isascii()
        and value.isprintable()
        and value == value.strip()
        and len(name) + len(value) + 2 <= _PLAIN_LINE
        and "=?" not in value
    ):
        return f"{name}: {value}\r\n".encode("ascii")
    return policy.SMTP.fold_binary(*policy.SMTP.header_store_parse(name, value))


def alternatives(text: str, page: str) -> bytes:
    """Text and HTML as one entity, the plainest first (RFC 2046, 5.1.4)."""
    boundary = f"=_{secrets.token_hex(16)}".encode()
    line = b"--" + boundary
    return b"".join(
        (
            b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n',
            line + b"\r\n" + _part(b"plain", text),
            b"\r\n" + line + b"\r\n" + _part(b"html", page),
            b"\r\n" + line + b"--\r\n",
        )
    )


def simple_html(subject: str, text: str, language: str) -> str:
    """The text as a page that a screen reader handles: language, title, one heading, paragraphs, links that show their address."""
    paragraphs = (f"<p>{_linked(block)}</p>" for block in re.split(r"\n\s*\n", text.strip()) if block.strip())
    title = html.escape(subject)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n" + "\n".join(paragraphs) + "\n</body>\n</html>\n"
    )


def _part(subtype: bytes, text: str) -> bytes:
    """Quoted-printable throughout: signatures survive servers that touch line ends, eight-bit text or 'From ' (RFC 3156, section 3)."""
    lines = re.sub(r"\r\n?", "\n", text).encode("utf-8")
    body = binascii.b2a_qp(lines, istext=True)
    body = re.sub(rb"(?m)^From ", b"=46rom ", body).replace(b"\n", b"\r\n")
    return (
        b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' % subtype
        + body
    )


def _linked(block: str) -> str:
    pieces, last = [], 0
    for match in _LINK.finditer(block):
        address = html.escape(match[0])
        pieces += [html.escape(block[last : match.start()]), f'<a href="{address}">{address}</a>']
        last = match.end()
    return "".join([*pieces, html.escape(block[last:])]).replace("\n", "<br>\n")
