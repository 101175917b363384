"""Orders certificates from a public authority by ACME (RFC 8555), proving over http that the names lead to our entrance.

The entrance answers every challenge with our account's thumbprint, so an order changes nothing there and none waits for another. Keys and
certificates lie beside those of our own authority, readable by Paraat's user alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paraat.cloud import certificates, configuration
from paraat.kernel.errors import ParaatError

if TYPE_CHECKING:
    from acme.client import ClientV2
    from josepy.jwk import JWKEC

PATIENCE = timedelta(seconds=120)
"""How long an authority may take to look."""
AGENT = "paraat"


class NotIssued(ParaatError):
    """The certificate authority did not issue the certificate."""

    permanent = False


def configured() -> bool:
    """Whether a public authority is named in the settings."""
    return bool(configuration.ACME.get())


def thumbprint() -> str:
    """What proves to the authority that a name leads to us (RFC 8555, 8.1); empty where none is configured."""
    return _thumbprint(_place() / "account.key") if configured() else ""


def kept(hosts: Iterable[str]) -> tuple[str, str] | None:
    """Certificate with its chain, and key, both PEM, of an earlier order that has not ended; None when there is none."""
    from cryptography import x509

    place = _file(hosts)
    try:
        chain, key = place.with_suffix(".pem").read_text(), place.with_suffix(".key").read_text()
    except FileNotFoundError:
        return None
    ends = x509.load_pem_x509_certificate(chain.encode()).not_valid_after_utc
    return (chain, key) if ends > datetime.now(UTC) else None


def forget(hosts: Iterable[str]) -> None:
    """Certificate and key of these names are gone from the disk."""
    for suffix in (".pem", ".key"):
        _file(hosts).with_suffix(suffix).unlink(missing_ok=True)


def order(hosts: Iterable[str]) -> tuple[datetime, datetime]:
    """Order one certificate for these names and keep it; gives from when until when it holds. NotIssued with what the authority said."""
    import requests
    from acme import crypto_util, errors, messages
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    names = sorted(hosts)
    own = certificates.key_pem(ec.generate_private_key(ec.SECP256R1()))
    try:
        client = _client()
        wanted = client.new_order(crypto_util.make_csr(own.encode(), [name.encode("idna").decode() for name in names]))
        _prove(client, wanted)
        done = client.poll_and_finalize(
            wanted, deadline=datetime.now() + PATIENCE
        )  # the library compares with such a one
    except errors.ValidationError as error:
        raise NotIssued(said=_refused(error)) from error
    except (errors.Error, messages.Error, requests.RequestException) as error:
        raise NotIssued(said=" ".join(str(error).split())[:400] or type(error).__name__) from error
    place = _file(names)
    certificates.write(place.with_suffix(".key"), own)
    certificates.write(place.with_suffix(".pem"), done.fullchain_pem)
    issued = x509.load_pem_x509_certificate(done.fullchain_pem.encode())
    return issued.not_valid_before_utc, issued.not_valid_after_utc


def _prove(client: ClientV2, wanted: Any) -> None:
    """Tell the authority to look, for every name that it does not know to be ours."""
    from acme import challenges, messages

    key = _account(_place() / "account.key")
    for asked in wanted.authorizations:
        if asked.body.status == messages.STATUS_VALID:
            continue
        offered = [one for one in asked.body.challenges if isinstance(one.chall, challenges.HTTP01)]
        if not offered:
            raise NotIssued(said=f"{asked.body.identifier.value}: no proof over http is taken")
        client.answer_challenge(offered[0], offered[0].response(key))


def _refused(error: Any) -> str:
    """What was wrong with each name, as the authority said it."""
    found = []
    for one in error.failed_authzrs:
        said = [str(challenge.error.detail) for challenge in one.body.challenges if challenge.error is not None]
        found.append(f"{one.body.identifier.value}: {'; '.join(said)}")
    return " ".join("; ".join(found).split())[:400]


def _client() -> ClientV2:
    """The authority, with our account at it: made at the first order, found again afterwards by its key."""
    from acme import client, errors, messages
    from josepy.jwa import ES256

    key = _account(_place() / "account.key")
    trust: Any = configuration.ACME_TRUST.get() or True  # a path, which the library hands on
    net = client.ClientNetwork(key, alg=ES256, user_agent=AGENT, verify_ssl=trust, timeout=30)
    found = client.ClientV2(client.ClientV2.get_directory(configuration.ACME.get(), net), net)
    email = configuration.ACME_CONTACT.get() or None
    try:
        found.new_account(messages.NewRegistration.from_data(email=email, terms_of_service_agreed=True))
    except errors.ConflictError as known:
        net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    return found


def _account(path: Path) -> JWKEC:
    """The key of our account."""
    from josepy.jwk import JWKEC

    certificates.account_key(path)
    found = JWKEC.load(path.read_bytes())
    assert isinstance(found, JWKEC)  # noqa: S101  # it is one of ours
    return found


@cache
def _thumbprint(path: Path) -> str:
    from josepy.b64 import b64encode

    return b64encode(_account(path).thumbprint()).decode()


def _file(hosts: Iterable[str]) -> Path:
    names = sorted({host.lower().rstrip(".") for host in hosts})
    return _place() / sha256("\n".join(names).encode()).hexdigest()[:24]


def _place() -> Path:
    """A folder for each authority: an account is known to one."""
    return configuration.place() / "acme" / sha256(configuration.ACME.get().encode()).hexdigest()[:12]
