"""Signing and encrypting a MIME entity: S/MIME (RFC 8551) or OpenPGP (RFC 3156). All work on the exact bytes that are sent."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pysequoia
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7

from paraat.kernel.errors import Refused, SettingError


class UnusableKey(Refused):
    """The OpenPGP key on file cannot be used to encrypt."""


class Signer(Protocol):
    """Whoever signs our mail."""

    def sign(self, entity: bytes) -> bytes:
        """The entity, signed: a new entity."""

    @property
    def pgp(self) -> pysequoia.PySigner | None:
        """The OpenPGP signer, when this is one: an encrypted message carries its signature inside."""


class Unsigned:
    """No signature: outside production, or where the mail server signs."""

    pgp: pysequoia.PySigner | None = None

    def sign(self, entity: bytes) -> bytes:
        """The entity as it is."""
        return entity


UNSIGNED = Unsigned()


@dataclass(frozen=True, slots=True)
class SmimeSigner:
    """Signs with an X.509 certificate for mail; `chain` holds the intermediate certificates."""

    certificate: x509.Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()
    pgp: pysequoia.PySigner | None = None

    @classmethod
    def from_pem(cls, certificates: Path, key: bytes, password: str = "") -> SmimeSigner:
        """From a PEM file, the certificate first and then its intermediates, and the private key as PEM. SettingError when they do not fit."""
        try:
            first, *chain = x509.load_pem_x509_certificates(certificates.read_bytes())
            private = serialization.load_pem_private_key(key, password.encode() or None)
        except (OSError, ValueError, TypeError) as fault:
            raise SettingError(f"The S/MIME certificate or key cannot be read: {fault}") from fault
        if (
            not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey)
            or private.public_key() != first.public_key()
        ):
            raise SettingError("The S/MIME key is not the key of the certificate")
        return cls(first, private, tuple(chain))

    def sign(self, entity: bytes) -> bytes:
        """multipart/signed with a detached CMS signature over the entity."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(entity).add_signer(self.certificate, self.key, hashes.SHA256())
        for certificate in self.chain:
            builder = builder.add_certificate(certificate)
        signature = builder.sign(
            serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )
        head = b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n'
        head += b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
        return _signed(entity, head + _base64(signature), protocol="application/pkcs7-signature", digest="sha-256")

    def expires(self) -> datetime:
        """When the certificate ends, in UTC: `paraat check` warns before."""
        return self.certificate.not_valid_after_utc


@dataclass(frozen=True, slots=True)
class PgpSigner:
    """Signs with an OpenPGP key."""

    pgp: pysequoia.PySigner
    fingerprint: str

    @classmethod
    def from_bytes(cls, key: bytes, password: str = "") -> PgpSigner:
        """From a secret key, armored or not. SettingError when it cannot sign."""
        try:
            secret = pysequoia.Tsk.from_bytes(key)
            return cls(secret.signer(password or None), secret.extract_certificate().fingerprint)
        except (RuntimeError, ValueError, TypeError) as fault:
            raise SettingError(f"The OpenPGP key cannot sign: {fault}") from fault

    def sign(self, entity: bytes) -> bytes:
        """multipart/signed with a detached OpenPGP signature over the entity (RFC 3156, section 5)."""
        armored = bytes(pysequoia.sign(self.pgp, entity, mode=pysequoia.SignatureMode.DETACHED))
        digest = "pgp-" + str(pysequoia.Sig.from_bytes(armored).hash_algorithm).rpartition(".")[2].lower()
        head = b'Content-Type: application/pgp-signature; name="signature.asc"\r\nContent-Disposition: attachment; filename="signature.asc"\r\n\r\n'
        return _signed(entity, head + _crlf(armored), protocol="application/pgp-signature", digest=digest)


def encrypted(entity: bytes, key: bytes, signer: Signer) -> bytes:
    """multipart/encrypted (RFC 3156, section 4), signed inside. Raises UnusableKey; never falls back to clear text by itself."""
    certificate = _usable(key)
    content = entity if signer.pgp is not None else signer.sign(entity)
    try:
        sealed = bytes(pysequoia.encrypt(bytes=content, recipients=[certificate], signer=signer.pgp))
    except (RuntimeError, ValueError) as fault:
        raise UnusableKey(f"The OpenPGP key on file cannot be used to encrypt: {fault}") from fault
    boundary = _boundary()
    return b"\r\n".join(_envelope(boundary, _crlf(sealed)))


def unusable(key: bytes) -> str | None:
    """Why this OpenPGP key cannot be used to encrypt now; None when it can. For forms, and for deciding what a notice may say."""
    try:
        pysequoia.encrypt(bytes=b"trial", recipients=[_usable(key)])
    except UnusableKey as fault:
        return str(fault)
    except (RuntimeError, ValueError) as fault:
        return str(fault)
    return None


def fingerprint(key: bytes) -> str:
    """The fingerprint of an OpenPGP key in capitals, as people compare it by telephone. Raises UnusableKey."""
    return str(_read(key).fingerprint).upper()


def _usable(key: bytes) -> pysequoia.Cert:
    certificate = _read(key)
    if certificate.is_revoked:
        raise UnusableKey("The OpenPGP key on file was revoked")
    if certificate.expiration and certificate.expiration <= datetime.now(UTC):
        raise UnusableKey(f"The OpenPGP key on file expired on {certificate.expiration:%Y-%m-%d}")
    return certificate


def _read(key: bytes) -> pysequoia.Cert:
    try:
        return pysequoia.Cert.from_bytes(bytes(key))
    except (RuntimeError, ValueError) as fault:
        raise UnusableKey(f"The OpenPGP key on file cannot be read: {fault}") from fault


def _signed(entity: bytes, signature: bytes, *, protocol: str, digest: str) -> bytes:
    """RFC 1847: the line end before a boundary belongs to the boundary, so the signed bytes are exactly `entity`."""
    boundary = _boundary()
    head = f'Content-Type: multipart/signed; protocol="{protocol}";\r\n micalg={digest}; boundary="{boundary}"\r\n\r\n'.encode()
    line = b"--" + boundary.encode()
    return head + line + b"\r\n" + entity + b"\r\n" + line + b"\r\n" + signature + b"\r\n" + line + b"--\r\n"


def _envelope(boundary: str, sealed: bytes) -> Iterator[bytes]:
    yield f'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="{boundary}"\r\n'.encode()
    yield f"--{boundary}\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n".encode()
    yield f'--{boundary}\r\nContent-Type: application/octet-stream; name="encrypted.asc"'.encode()
    yield b'Content-Disposition: inline; filename="encrypted.asc"\r\n'
    yield sealed
    yield f"--{boundary}--\r\n".encode()


def _boundary() -> str:
    return f"=_{secrets.token_hex(16)}"


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _crlf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
