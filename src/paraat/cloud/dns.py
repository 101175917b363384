"""The records that a preparation wants, and what the domain name system says of them. A fault of the resolver is never "no record"."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dns.exception
import dns.resolver

from paraat.cloud import catalog, configuration
from paraat.cloud.models import Preparation
from paraat.cloud.rules.dns import Record, is_right, records
from paraat.kernel.errors import Conflict, Unreachable

PATIENCE = 4.0
"""Seconds for one answer."""


def wanted(preparation: Preparation) -> tuple[Record, ...]:
    """The records of the victim's own emergency domain; none when it named no domain."""
    return _records(preparation, preparation.domain) if preparation.domain else ()


def wanted_of_team(preparation: Preparation) -> tuple[Record, ...]:
    """The records below the team's own domain, for when the victim's DNS is lost too."""
    return _records(preparation, f"{preparation.label}.{configuration.DOMAIN.get()}")


def _records(preparation: Preparation, domain: str) -> tuple[Record, ...]:
    services = [catalog.service(name) for name in catalog.chosen(preparation.services or ("all",))]
    ways = [port for one in services for port in one.ports if port.entrance]
    relay = configuration.RELAY.get().rpartition(":")[0]
    return records(
        domain,
        aliases=[port.host for port in ways if port.entrance == "https"],
        mail_hosts=[port.host for port in ways if port.entrance != "https"],
        addresses=configuration.ADDRESSES.get(),
        authority=configuration.CA_NAMES.get(),
        senders=[relay] if relay else [],
    )


def look(preparation: Preparation) -> list[dict[str, Any]]:
    """What the domain name system has for every record that is wanted, JSON-able.

    Raises Conflict while there is nothing to compare with, Unreachable when no resolver answers: that says nothing about the records.
    """
    if not preparation.domain:
        raise Conflict("There is no emergency domain to look up")
    if not configuration.ADDRESSES.get():
        raise Conflict("The entrance has no public address yet: PARAAT_CLOUD_ADDRESSES")
    asked, resolver = wanted(preparation), configured()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: ask(resolver, one), asked))
    return [
        {"name": one.name, "type": one.type, "wanted": one.wanted, "found": sorted(seen), "right": is_right(one, seen)}
        for one, seen in zip(asked, found, strict=True)
    ]


def ask(resolver: dns.resolver.Resolver, record: Record) -> Sequence[str]:
    """The values that a name has now for the record's type; empty when it has none."""
    try:
        answer = resolver.resolve(record.name, record.type, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException as error:
        raise Unreachable("The domain name system did not answer", name=record.name, type=record.type) from error
    if record.type == "TXT":
        return ["".join(part.decode(errors="replace") for part in one.strings) for one in answer]
    return [one.to_text() for one in answer]


def configured() -> dns.resolver.Resolver:
    """The resolver that PARAAT_CLOUD_RESOLVER names, else this host's."""
    named = configuration.RESOLVER.get()
    found = dns.resolver.Resolver(configure=not named)
    found.lifetime = found.timeout = PATIENCE
    if named:
        hosts = [one.rpartition(":")[::2] if one.count(":") == 1 else (one, "53") for one in named]
        found.nameservers = [host for host, _ in hosts]
        found.port = int(hosts[0][1])
    return found
