"""Signed and encrypted mail, verified by the programs that recipients use: gpg and openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pysequoia
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from paraat.kernel.errors import SettingError
from paraat.platform import channels
from paraat.platform.channels.base import State
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from paraat.platform.channels.mail.message import Unsendable
from paraat.platform.channels.mail.sealing import PgpSigner, SmimeSigner, UnusableKey, fingerprint, unusable
from tests.platform.channels.messages import WAKE_UP, batch, outgoing
from tests.platform.channels.servers import Inbox, smtp_server

SENDER = "Team <alerts@team.example>"
TEXT = "Eupen steht auf einer Zielliste: grüße, 'è', lange Zeile " + "x" * 200 + "\n.\nFrom here on  \nende \n"


@pytest.fixture(scope="module")
def smime(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A self-signed certificate for mail, and its key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alerts@team.example")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.RFC822Name("alerts@team.example")]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path_factory.mktemp("smime") / "certificate.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return path, private


def _secret(user: str, **options: object) -> tuple[bytes, bytes]:
    """An OpenPGP key pair, armored: public, secret."""
    key = pysequoia.Tsk.generate(user, **options)
    return str(key.extract_certificate()).encode(), pysequoia.armor(bytes(key), pysequoia.ArmorKind.SecretKey).encode()


@pytest.fixture(scope="module")
def ours() -> tuple[bytes, bytes]:
    return _secret("Team <alerts@team.example>")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A key as GnuPG 2 makes it, which is what most recipients have."""
    home = tmp_path_factory.mktemp("theirs")
    command = [
        "gpg",
        "--homedir",
        str(home),
        "--batch",
        "--no-tty",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        "--armor",
    ]
    subprocess.run(
        [*command, "--quick-gen-key", "spoc@ronse.example", "default", "default", "2y"], check=True, capture_output=True
    )
    public, secret = (
        subprocess.run([*command, what], check=True, capture_output=True).stdout
        for what in ("--export", "--export-secret-keys")
    )
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    return public, secret


@pytest.fixture
def gpg(tmp_path: Path, ours: tuple[bytes, bytes], theirs: tuple[bytes, bytes]) -> Iterator[list[str]]:
    """GnuPG as the SPOC of Ronse has it: our public key, her secret one."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    command = ["gpg", "--homedir", str(home), "--batch", "--no-tty", "--trust-model", "always"]
    for number, key in enumerate((ours[0], theirs[1])):
        (tmp_path / f"{number}.asc").write_bytes(key)
        subprocess.run([*command, "--import", str(tmp_path / f"{number}.asc")], check=True, capture_output=True)
    yield command
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)


def _arrived(press: Press, **changes: object) -> bytes:
    """Through a real server, as the recipient gets it."""
    with smtp_server(inbox := Inbox()) as port:
        route = MailRoute("127.0.0.1", port)
        (outcome,) = MailChannel(press=press, routes=(route,), demonstration=False).send(
            [outgoing(text=TEXT, **changes)]
        )
    assert outcome.state is State.ACCEPTED, outcome.detail
    return inbox.envelopes[0].content  # type: ignore[return-value]


def _raw_parts(content: bytes) -> list[bytes]:
    """The parts of the outermost multipart exactly as they lie between the boundaries."""
    boundary = message_from_bytes(content).get_boundary()
    assert boundary
    return [part[2:] for part in content.split(b"\r\n--" + boundary.encode())[1:-1]]


def test_openssl_verifies_what_smime_signed(smime: tuple[Path, bytes], tmp_path: Path) -> None:
    path, key = smime
    (tmp_path / "mail.eml").write_bytes(_arrived(Press(SENDER, signer=SmimeSigner.from_pem(path, key))))
    command = ["openssl", "cms", "-verify", "-in", str(tmp_path / "mail.eml"), "-CAfile", str(path), "-purpose", "any"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    inner = message_from_bytes(done.stdout, policy=policy.default)
    assert inner.get_body(("plain",)).get_content().replace("\r\n", "\n") == TEXT


def test_openssl_refuses_a_changed_mail(smime: tuple[Path, bytes], tmp_path: Path) -> None:
    path, key = smime
    content = _arrived(Press(SENDER, signer=SmimeSigner.from_pem(path, key)))
    (tmp_path / "mail.eml").write_bytes(content.replace(b"Zielliste", b"Zieliste."))
    command = ["openssl", "cms", "-verify", "-in", str(tmp_path / "mail.eml"), "-CAfile", str(path), "-purpose", "any"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_gpg_verifies_what_openpgp_signed(ours: tuple[bytes, bytes], gpg: list[str], tmp_path: Path) -> None:
    content = _arrived(Press(SENDER, signer=PgpSigner.from_bytes(ours[1])))
    message = message_from_bytes(content, policy=policy.default)
    assert message.get_content_type() == "multipart/signed"
    assert message["Content-Type"].params["micalg"] in {"pgp-sha256", "pgp-sha512"}
    signed, signature = _raw_parts(content)
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "signature.asc").write_bytes(signature.partition(b"\r\n\r\n")[2])
    done = subprocess.run(
        [*gpg, "--verify", str(tmp_path / "signature.asc"), str(tmp_path / "signed")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"Good signature" in done.stderr
    (tmp_path / "signed").write_bytes(signed.replace(b"Zielliste", b"Zieliste."))
    assert subprocess.run(
        [*gpg, "--verify", str(tmp_path / "signature.asc"), str(tmp_path / "signed")], capture_output=True, check=False
    ).returncode


def test_gpg_decrypts_and_verifies_what_was_encrypted(
    ours: tuple[bytes, bytes], theirs: tuple[bytes, bytes], gpg: list[str], tmp_path: Path
) -> None:
    content = _arrived(Press(SENDER, signer=PgpSigner.from_bytes(ours[1])), pgp_key=theirs[0])
    assert b"Zielliste" not in content and b"x" * 70 not in content
    version, sealed = _raw_parts(content)
    assert version.endswith(b"Version: 1\r\n")
    (tmp_path / "sealed.asc").write_bytes(sealed.partition(b"\r\n\r\n")[2])
    done = subprocess.run([*gpg, "--decrypt", str(tmp_path / "sealed.asc")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Good signature" in done.stderr
    inner = message_from_bytes(done.stdout, policy=policy.default)
    assert inner.get_body(("plain",)).get_content().replace("\r\n", "\n") == TEXT


def test_smime_signature_goes_inside_the_openpgp_encryption(
    smime: tuple[Path, bytes], theirs: tuple[bytes, bytes]
) -> None:
    content = _arrived(Press(SENDER, signer=SmimeSigner.from_pem(*smime)), pgp_key=theirs[0])
    sealed = _raw_parts(content)[1].partition(b"\r\n\r\n")[2]
    opened = pysequoia.decrypt(sealed, decryptor=pysequoia.Tsk.from_bytes(theirs[1]).decryptor())
    assert message_from_bytes(opened.bytes).get_content_type() == "multipart/signed"


def test_four_lanes_share_one_signer(ours: tuple[bytes, bytes], theirs: tuple[bytes, bytes]) -> None:
    with smtp_server(inbox := Inbox()) as port:
        press = Press(SENDER, signer=PgpSigner.from_bytes(ours[1]))
        mail = MailChannel(press=press, routes=(MailRoute("127.0.0.1", port),), connections=4, demonstration=False)
        states = [outcome.state for outcome in mail.send([*batch(10), *batch(10, pgp_key=theirs[0])])]
    assert states == [State.ACCEPTED] * 20
    assert sum(b"multipart/encrypted" in envelope.content for envelope in inbox.envelopes) == 10


def _unusable_keys(theirs: tuple[bytes, bytes]) -> dict[str, bytes]:
    key = pysequoia.Tsk.from_bytes(theirs[1])
    revoked = pysequoia.Cert.from_bytes(theirs[0])
    packets = bytes(revoked) + bytes(revoked.revoke(key.certifier()))
    return {
        "revoked": packets,
        "cannot be read": b"-----BEGIN PGP nonsense",
        "expired": _secret("x", validity_seconds=1)[0],
    }


@pytest.mark.parametrize("fault", ["revoked", "cannot be read", "expired"])
def test_a_key_that_cannot_be_used_never_means_clear_text(fault: str, theirs: tuple[bytes, bytes]) -> None:
    """Without a wake-up it is rejected, so that the ladder goes on; with one, the wake-up goes and nothing else."""
    key = _unusable_keys(theirs)[fault]
    if fault == "expired":
        import time

        time.sleep(2)
    with pytest.raises(Unsendable, match=fault):
        Press(SENDER).letter(outgoing(pgp_key=key))
    letter = Press(SENDER).letter(outgoing(pgp_key=key, wake_up=WAKE_UP))
    assert b"doelwitlijst" not in letter.content
    assert b"er is een melding voor Ronse" in letter.content
    assert fault in (unusable(key) or "")


def test_a_usable_key_has_a_fingerprint_to_compare_by_telephone(theirs: tuple[bytes, bytes]) -> None:
    assert unusable(theirs[0]) is None
    assert fingerprint(theirs[0]) == pysequoia.Cert.from_bytes(theirs[0]).fingerprint.upper()
    with pytest.raises(UnusableKey):
        fingerprint(b"nonsense")


def test_a_key_that_is_not_the_certificates_is_a_wrong_setting(smime: tuple[Path, bytes], tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(SettingError, match="not the key"):
        SmimeSigner.from_pem(smime[0], other)
    with pytest.raises(SettingError):
        SmimeSigner.from_pem(tmp_path / "nowhere.pem", smime[1])
    with pytest.raises(SettingError):
        PgpSigner.from_bytes(b"nonsense")


def test_the_settings_choose_the_signer(
    smime: tuple[Path, bytes], ours: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_SMTP_URL", "smtp://127.0.0.1:2525")
    (tmp_path / "key.asc").write_bytes(ours[1])
    monkeypatch.setenv("PARAAT_PGP_KEY_FILE", str(tmp_path / "key.asc"))
    mail = channels.of("mail")
    assert isinstance(mail, MailChannel) and isinstance(mail.press.signer, PgpSigner)
    monkeypatch.setenv("PARAAT_SMIME_CERTIFICATE", str(smime[0]))
    monkeypatch.setenv("PARAAT_SMIME_KEY", smime[1].decode())
    mail = channels.of("mail")
    assert isinstance(mail, MailChannel) and isinstance(mail.press.signer, SmimeSigner)
    assert mail.press.signer.expires() > datetime.now(UTC)
