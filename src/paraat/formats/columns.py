"""Names of columns, in the languages and habits of those who make tables, to the fields of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paraat.formats.errors import FormatError

SYNONYMS: Mapping[str, Sequence[str]] = {
    "seen_at": (
        "timestamp", "seen_at", "time", "date", "datetime", "first_seen", "last_seen", "time.source", "source_time", "created", "tijdstip",
        "datum", "moment", "heure", "horodatage", "zeit", "datum/uhrzeit",
    ),
    "ip": (
        "ip", "src_ip", "source_ip", "source.ip", "ip_address", "ipaddress", "ip address", "address", "ipv4", "ipv6", "dst_ip", "victim_ip",
        "ip-adres", "ip adres", "adresse ip", "adresse_ip", "ip-adresse",
    ),
    "host": (
        "host", "hostname", "src_hostname", "http_host", "domain", "fqdn", "domain_name", "domainname", "website", "url", "site", "target",
        "targets", "source.fqdn", "source.url", "dst_hostname", "domein", "domeinnaam", "doelwit", "domaine", "nom de domaine", "cible", "hôte",
        "domäne", "ziel",
    ),
    "port": ("port", "src_port", "source.port", "dst_port", "poort"),
    "path": ("path", "pad", "chemin", "pfad"),
    "email": ("email", "e-mail", "mail", "email_address", "username", "account", "mailadres", "courriel"),
    "asn": ("asn", "src_asn", "source.asn", "as", "as_number", "dst_asn"),
    "tag": ("tag", "infection", "type", "malware", "family", "category", "classification", "soort", "catégorie", "art"),
    "severity": ("severity", "ernst", "gravité", "schwere"),
}  # fmt: skip
VICTIMS = ("host", "ip", "email", "asn")


def guess_columns(names: Sequence[str]) -> dict[str, int]:
    """The fields whose columns can be told by their (lower-case) names. Raises FormatError when none of them names a victim."""
    return checked(places_of(SYNONYMS, names), names)


def places_of(wanted: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, int]:
    """For each field the place of its first name that is there; for `host` also the next one, for rows where the first is empty."""
    found: dict[str, int] = {}
    for field, candidates in wanted.items():
        places = [names.index(name) for name in candidates if name in names]
        if places:
            found[field] = places[0]
        if field == "host" and len(places) > 1:
            found["host_else"] = places[1]
    return found


def mapped_columns(mapping: Mapping[str, str], names: Sequence[str]) -> dict[str, int]:
    """The fields of a mapping such as {"host": "Domain"}; names of columns may differ in case. Raises FormatError for what is not there."""
    lower = [name.lower() for name in names]
    found: dict[str, int] = {}
    for field, column in mapping.items():
        if field not in SYNONYMS:
            raise FormatError("There is no such field.", field=field, fields=", ".join(SYNONYMS))
        if column.strip().lower() not in lower:
            raise FormatError("There is no such column.", column=column, columns=", ".join(names)[:200])
        found[field] = lower.index(column.strip().lower())
    return checked(found, names)


def checked(columns: dict[str, int], names: Sequence[str]) -> dict[str, int]:
    """The columns, if at least one of them says who is meant; raises FormatError."""
    if not any(name in columns for name in VICTIMS):
        raise FormatError(
            "No column says who is meant: a host, an address, a mail address or an AS number.",
            columns=", ".join(names)[:200],
        )
    return columns
