"""The words of an attribution: how sure, why, and why a host nobody owns is of interest. Codes are stored; sentences are shown."""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """How sure it is that an organisation is meant, surest first. "Perhaps" waits for a person, it is neither yes nor no."""

    CERTAIN = "certain"
    CONCERNED = "concerned"
    PERHAPS = "perhaps"


class Reason(StrEnum):
    """Why an organisation matches, strongest first."""

    HOST = "host"
    DOMAIN = "domain"
    EMAIL_DOMAIN = "email_domain"
    NETWORK = "network"
    ASN = "asn"
    PAGE = "page"
    NAME = "name"


class Why(StrEnum):
    """Why a host that nobody owns is listed."""

    BELGIAN = "belgian"
    NAME = "name"
    SHARED = "shared"


class Ignored(StrEnum):
    """Why an asset gives no claim."""

    PUBLIC_SUFFIX = "public_suffix"
    UNREADABLE = "unreadable"
    SHARED = "shared"


SENTENCES: dict[Reason, str] = {
    Reason.HOST: "This host is its own.",
    Reason.DOMAIN: "The host lies in its domain.",
    Reason.EMAIL_DOMAIN: "The mail address lies in its domain.",
    Reason.NETWORK: "The address lies in its network.",
    Reason.ASN: "The address lies in its autonomous system.",
    Reason.PAGE: "It has a page on this host.",
    Reason.NAME: "Its name stands in the host name.",
}

CERTAINTIES = tuple(Certainty)
REASONS = tuple(Reason)
