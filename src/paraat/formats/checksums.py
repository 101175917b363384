"""Identifiers that carry their own checksum: bitcoin addresses and onion services. A wrong one is no identifier but a chance likeness."""

from __future__ import annotations

import base64
import hashlib

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANT, _BECH32M_CONSTANT = 1, 0x2BC830A3


def is_bitcoin(text: str) -> bool:
    """Whether `text` is an address of the main network: base58check of version 0 or 5, or a segwit address (BIP 173, BIP 350)."""
    return _is_segwit(text) if text[:3].lower() == "bc1" else _is_base58(text)


def is_onion(label: str) -> bool:
    """Whether `label`, without ".onion", is a service of version 3: key, checksum and version in base32 (Tor's rend-spec-v3, section 6)."""
    if len(label) != 56:
        return False
    try:
        raw = base64.b32decode(label.upper())
    except ValueError:
        return False
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    return version == b"\x03" and hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2] == checksum


def _is_base58(text: str) -> bool:
    number = 0
    for letter in text:
        place = _BASE58.find(letter)
        if place < 0:
            return False
        number = number * 58 + place
    if number >= 1 << 200:
        return False
    raw = number.to_bytes(25, "big")
    if raw[0] not in {0, 5} or len(text) - len(text.lstrip("1")) != len(raw[:21]) - len(raw[:21].lstrip(b"\0")):
        return False
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def _is_segwit(text: str) -> bool:
    if text.lower() != text and text.upper() != text:
        return False
    values = [_BECH32.find(letter) for letter in text.lower()[3:]]
    if min(values, default=-1) < 0 or len(values) < 8:
        return False
    wanted = _BECH32_CONSTANT if values[0] == 0 else _BECH32M_CONSTANT
    return values[0] <= 16 and _polymod([3, 3, 0, 2, 3, *values]) == wanted and _is_program(values[0], values[1:-6])


def _is_program(version: int, values: list[int]) -> bool:
    """Whether the five-bit groups make whole bytes, of a length that the version allows."""
    bits = len(values) * 5
    size, rest = divmod(bits, 8)
    if rest > 4 or (rest and values[-1] & ((1 << rest) - 1)):
        return False
    return size in {20, 32} if version == 0 else 2 <= size <= 40


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check
