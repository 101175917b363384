"""The exact DNS records of an emergency domain, and whether what was found is what is wanted. Pure.

Mail hosts have addresses of their own, since an MX may not point at an alias (RFC 2181, 10.3); every other name is an alias of the domain, so
that an address is changed in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Record:
    """The values that a name must have for one type, as `dig +short` prints them; `wanted` is one text of them."""

    name: str
    type: str  # A, AAAA, CNAME, MX, TXT, CAA
    values: tuple[str, ...]

    @property
    def wanted(self) -> str:
        """The values for a person who types them in."""
        return ", ".join(self.values)


def records(
    domain: str,
    *,
    aliases: Iterable[str] = (),
    mail_hosts: Iterable[str] = (),
    addresses: Sequence[str] = (),
    authority: str = "",
    senders: Iterable[str] = (),
) -> tuple[Record, ...]:
    """The records for `domain`, whose `aliases` and `mail_hosts` are labels before it.

    `addresses` are those of the entrance; `authority` may issue certificates (empty: no CAA); `senders` are hosts that send its mail besides its MX.
    """
    domain = domain.strip(".").lower()
    mail = [f"{label}.{domain}" for label in dict.fromkeys(mail_hosts) if label]
    found = [record for name in (domain, *mail) for record in _addresses(name, addresses)]
    for label in dict.fromkeys(aliases):
        if label and f"{label}.{domain}" not in mail:
            found.append(Record(f"{label}.{domain}", "CNAME", (f"{domain}.",)))
    found.append(Record(domain, "MX", tuple(f"{10 * place} {name}." for place, name in enumerate(mail, 1)) or ("0 .",)))
    found.append(Record(domain, "TXT", (spf(bool(mail), senders),)))
    if authority:
        found.append(Record(domain, "CAA", (f'0 issue "{authority}"',)))
    return tuple(found)


def spf(receives: bool, senders: Iterable[str] = ()) -> str:
    """The SPF record (RFC 7208) of a domain: its own MX and the hosts named may send, nobody else."""
    return " ".join(["v=spf1", *(["mx"] if receives else []), *(f"a:{one}" for one in senders), "-all"])


def _addresses(name: str, addresses: Sequence[str]) -> Iterable[Record]:
    for kind, version in (("A", 4), ("AAAA", 6)):
        own = tuple(sorted(str(ip_address(one)) for one in addresses if ip_address(one).version == version))
        if own:
            yield Record(name, kind, own)


def is_right(record: Record, found: Iterable[str]) -> bool:
    """Whether what was found is what is wanted: the same addresses, aliases, exchangers; among texts and authorities the wanted one.

    A domain has other texts beside its SPF record, but two SPF records make both void (RFC 7208, 4.5).
    """
    seen, wanted = {_plain(one) for one in found}, {_plain(one) for one in record.values}
    if record.type == "TXT":
        return wanted <= seen and sum(one.startswith("v=spf1") for one in seen) == 1
    return wanted == seen


def _plain(value: str) -> str:
    """Without what makes no difference: capitals, the last dot, quotes."""
    return " ".join(value.replace('"', "").lower().split()).rstrip(".")
