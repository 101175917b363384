"""How many notices a second of processor time are rendered, signed and encrypted: `python -m tests.benchmarks.rendering`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pysequoia
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from paraat.kernel.ids import uuid7
from paraat.platform.channels.base import Outgoing
from paraat.platform.channels.mail import Press
from paraat.platform.channels.mail.sealing import PgpSigner, SmimeSigner

SENDER = "Team <alerts@team.example>"
TEXT = (
    "Ronse staat op een doelwitlijst die een groep op 8 oktober aankondigde.\n\n" * 6
    + "https://paraat.example/n/"
    + "a" * 46
    + "\n"
)


def smime() -> SmimeSigner:
    """A signer with a self-signed RSA-3072 certificate, the usual kind for mail."""
    key = rsa.generate_private_key(65537, 3072)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alerts@team.example")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    return SmimeSigner(
        builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256()), key
    )


def notice(key: bytes | None = None) -> Outgoing:
    """A notice of the usual length."""
    return Outgoing(uuid7(), "spoc@ronse.example", "Aangekondigde DDoS-aanval", TEXT, language="nl", pgp_key=key)


def rate(make: Callable[[], object], seconds: float = 2.0) -> int:
    """How often a second of processor time."""
    done, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        make()
        done += 1
    return round(done / (time.process_time() - begin))


def main() -> None:
    """Measure and report."""
    secret = pysequoia.Tsk.generate(SENDER)
    ours = PgpSigner.from_bytes(pysequoia.armor(bytes(secret), pysequoia.ArmorKind.SecretKey).encode())
    theirs = str(pysequoia.Tsk.generate("SPOC <spoc@ronse.example>").extract_certificate()).encode()
    plain, pgp, x509_signed = Press(SENDER), Press(SENDER, signer=ours), Press(SENDER, signer=smime())
    figures = {
        "rendering": rate(lambda: plain.letter(notice())),
        "signing-openpgp": rate(lambda: pgp.letter(notice())),
        "signing-smime": rate(lambda: x509_signed.letter(notice())),
        "encrypting": rate(lambda: pgp.letter(notice(theirs))),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
