"""A chosen password in the formats that the other services read, and the files those stand in.

What a service reads        how the password is kept in it
`dovecot.passwd`            `login@domain:{ARGON2ID}$argon2id$…` (passwd-file of dovecot; libsodium checks it)
`htpasswd`                  `login:$2b$…` (bcrypt; radicale)
`copyparty.conf`            scrypt of `login:password` with the salt that stands in the same file (`usernames` must be on)
`prosody/<login>.dat`       SCRAM-SHA-256 of mod_auth_internal_hashed (`password_hash = "SHA-256"`), RFC 7677
`logins`                    every login, one a line, whether its holder has chosen a password or not

A password therefore never exists on disk, and each file can be made again from the hashes without knowing it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import bcrypt
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
ROUNDS = 10_000  # of SCRAM: what a browser computes for each login to the chat
_COST = 10  # of bcrypt
_SCRYPT = "scrypt,13,1,8,1,32"  # copyparty's: n = 2 << 13, one round, block size 8, one lane, 32 MiB
_ARGON = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)  # OWASP's second choice


@dataclass(frozen=True, slots=True)
class Hashes:
    """One password in every format."""

    dovecot: str
    htpasswd: str
    copyparty: str
    scram_salt: str
    scram_stored: str
    scram_server: str

    def plain(self) -> dict[str, str]:
        """As it is kept in JSON."""
        return asdict(self)


def hashed(login: str, password: str, salt: str) -> Hashes:
    """`password` in every format; `salt` is the tenant's for copyparty, whose format has only one."""
    scram = secrets.token_hex(16)
    stored, server = _scram(password, scram)
    return Hashes(
        dovecot=_ARGON.hash(password),
        htpasswd=bcrypt.hashpw(password.encode(), bcrypt.gensalt(_COST)).decode(),
        copyparty=_copyparty(login, password, salt),
        scram_salt=scram,
        scram_stored=stored,
        scram_server=server,
    )


def matches(known: str, secret: str) -> bool:
    """Whether `secret` is what the argon2 hash `known` was made from. False too for a hash that is none."""
    try:
        return _ARGON.verify(known, secret)
    except (VerificationError, InvalidHashError):
        return False


def files(domain: str, salt: str, chosen: Mapping[str, Hashes], logins: Iterable[str]) -> dict[str, str]:
    """Every file by its path in the claim, for the logins that have a password. `logins` are all accounts."""
    order = sorted(chosen)
    dovecot = "".join(f"{login}@{domain}:{{ARGON2ID}}{chosen[login].dovecot}\n" for login in order)
    htpasswd = "".join(f"{login}:{chosen[login].htpasswd}\n" for login in order)
    accounts = "".join(f"  {login}: {chosen[login].copyparty}\n" for login in order)
    copyparty = f"[global]\n  usernames\n  ah-alg: {_SCRYPT}\n  ah-salt: {salt}\n\n[accounts]\n{accounts}"
    made = {"dovecot.passwd": dovecot, "htpasswd": htpasswd, "copyparty.conf": copyparty}
    made["logins"] = "".join(f"{login}\n" for login in sorted(set(logins) | set(order)))
    return made | {f"prosody/{_file_name(login)}.dat": _prosody(chosen[login]) for login in order}


def _prosody(one: Hashes) -> str:
    """An account as prosody's internal storage has it: a table of Lua."""
    lines = {"salt": one.scram_salt, "stored_key": one.scram_stored, "server_key": one.scram_server}
    texts = "".join(f'\t["{name}"] = "{value}";\n' for name, value in lines.items())
    return f'return {{\n\t["iteration_count"] = {ROUNDS};\n{texts}}};\n'


def _file_name(login: str) -> str:
    """A login as prosody's storage writes it in a file name: all but letters and digits by their code."""
    return re.sub(r"[^a-zA-Z0-9]", lambda found: f"%{ord(found.group()):02x}", login)


def _scram(password: str, salt: str) -> tuple[str, str]:
    """StoredKey and ServerKey of RFC 5802 with SHA-256, in hexadecimal as prosody keeps them."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    return hashlib.sha256(client).hexdigest(), hmac.digest(salted, b"Server Key", "sha256").hex()


def _copyparty(login: str, password: str, salt: str) -> str:
    """copyparty's scrypt with the parameters of `_SCRYPT`, of login and password together."""
    plain = f"{login}:{password}".encode()
    digest = hashlib.scrypt(plain, salt=salt.encode(), n=2 << 13, r=8, p=1, dklen=24, maxmem=32 * 1024 * 1024)
    return "+" + base64.urlsafe_b64encode(digest).decode()


def nobody() -> str:
    """The hash of a password that nobody knows: trying somebody who does not exist takes as long as trying somebody who does."""
    return _ARGON.hash(secrets.token_hex(32))
