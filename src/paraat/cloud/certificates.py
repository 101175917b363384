"""Certificates for the entrance, from an authority of this installation's own.

Its key lies in PARAAT_HOME/cloud/ca, readable by Paraat's user alone. Who should trust it gets `authority()`; a certificate of an
authority that browsers know already needs DNS or port 80 to point here first, which is exactly what a victim may have lost
(`docs/cloud/entrance.md`).
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from paraat.cloud import configuration
from paraat.kernel.errors import Invalid

AUTHORITY_DAYS = 3650
DAYS = 90
RENEW_DAYS = 30
"""A certificate that ends sooner than this is issued anew."""
_EARLIER = timedelta(hours=1)  # clocks of clients differ


def issue(hosts: Iterable[str]) -> tuple[str, str]:
    """A certificate with its authority, and its key, both PEM, for these names. The same one until it is time to renew it."""
    names = sorted({host.lower().rstrip(".") for host in hosts})
    if not names:
        raise Invalid("A certificate is for at least one name")
    place = _place() / "issued" / sha256("\n".join(names).encode()).hexdigest()[:24]
    with _alone():
        authority, key = _authority()
        if kept := _kept(place, authority):
            return kept
        certificate, own = _signed(names, authority, key)
        chain = _pem(certificate) + _pem(authority)
        write(place.with_suffix(".key"), key_pem(own))
        write(place.with_suffix(".pem"), chain)
        return chain, key_pem(own)


def authority() -> str:
    """The authority's own certificate, PEM: what a client must trust."""
    with _alone():
        return _pem(_authority()[0])


def account_key(path: Path) -> None:
    """Have a key there, of an account that somebody else knows us by; made once."""
    with _alone():
        if not path.exists():
            write(path, key_pem(ec.generate_private_key(ec.SECP256R1())))


def expiring(now: datetime) -> list[str]:
    """One sentence for every certificate that should have been renewed, and for the authority in its last year."""
    found = []
    for path in sorted((_place() / "issued").glob("*.pem")):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if certificate.not_valid_after_utc < now + timedelta(days=RENEW_DAYS):
            names = ", ".join(_names(certificate))
            found.append(f"The certificate of {names} ends on {certificate.not_valid_after_utc:%Y-%m-%d}.")
    path = _place() / "ca.pem"
    if path.exists():
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        if ends < now + timedelta(days=365):
            found.append(
                f"The entrance's own authority ends on {ends:%Y-%m-%d}; make another and have people trust it."
            )
    return found


def forget(hosts: Iterable[str]) -> None:
    """Certificate and key of these names are gone from the disk: their tenant is."""
    names = sorted({host.lower().rstrip(".") for host in hosts})
    place = _place() / "issued" / sha256("\n".join(names).encode()).hexdigest()[:24]
    for suffix in (".pem", ".key"):
        place.with_suffix(suffix).unlink(missing_ok=True)


def _kept(place: Path, authority: x509.Certificate) -> tuple[str, str] | None:
    try:
        chain, key = place.with_suffix(".pem").read_text(), place.with_suffix(".key").read_text()
    except FileNotFoundError:
        return None
    certificate = x509.load_pem_x509_certificate(chain.encode())
    # No certificate outlives its authority: one that ends with it cannot be bettered by issuing it again and again.
    late = certificate.not_valid_after_utc < min(_now() + timedelta(days=RENEW_DAYS), authority.not_valid_after_utc)
    return None if late or _pem(authority) not in chain else (chain, key)


def _signed(
    names: list[str], authority: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    own = ec.generate_private_key(ec.SECP256R1())
    now = _now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(min(now + timedelta(days=DAYS), authority.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()), own


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _names(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Made once. It may sign servers' certificates and nothing below itself."""
    path = _place() / "ca.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        write(_place() / "ca.key", key_pem(key))
        write(path, _pem(_self_signed(key)))
    found = serialization.load_pem_private_key((_place() / "ca.key").read_bytes(), None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise Invalid("The authority's key is not one of ours", file=str(_place() / "ca.key"))
    return x509.load_pem_x509_certificate(path.read_bytes()), found


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    now = _now()
    mark = sha256(key.public_key().public_bytes(*_SPKI)).hexdigest()[:8]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Paraat emergency cloud {mark}")])
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


_SPKI = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """A key as text, PKCS #8."""
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def write(path: Path, text: str) -> None:
    """For Paraat's user alone; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    fresh.replace(path)


def _now() -> datetime:
    """This host's clock and not the database's: clients compare with theirs, and the entrance may need a name while the database is away."""
    return datetime.now(UTC)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time, so that there is one authority."""
    _place().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (_place() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _place() -> Path:
    return configuration.place() / "ca"
