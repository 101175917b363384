"""The sealed sheet with which a tenant is handed over: for every account a page with its login, a one-time code and where the services are.

The codes exist in the PDF that is made now and nowhere else: what is kept are their argon2 hashes. A sheet is never read again, only issued anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from django.utils.translation import gettext as _
from django.utils.translation import override

from paraat.cloud import catalog, preparing
from paraat.cloud.models import Tenant
from paraat.kernel.codes import ALPHABET
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown

TEMPLATE = "cloud/typst/sheet.typ"
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""What OWASP names as the least for passwords; a code has 67 random bits besides."""
GROUPS, SIGNS = 3, 5


@dataclass(frozen=True, slots=True)
class Issued:
    """One account with its new code, which is printed and forgotten."""

    login: str
    name: str
    language: str
    code: str


def new_code() -> str:
    """Three groups of five signs that neither look nor sound alike: `K7MPX-…`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _sign in range(SIGNS)) for _group in range(GROUPS))


def pdf(tenant: Tenant, issued: list[Issued], generation: int) -> bytes:
    """The PDF: first in the language of the administration who has which page, then a page per account in its own language."""
    language = (tenant.organisation.languages or ["nl"])[0]
    with override(language):
        data = _frame(tenant, issued, generation)
    hosts = preparing.hosts(tenant)
    data["pages"] = [_page(tenant, one, hosts) for one in issued]
    return documents.pdf(TEMPLATE, data, language=language)


def _frame(tenant: Tenant, issued: list[Issued], generation: int) -> dict[str, Any]:
    return {
        "title": _("Sealed sheet: %(organisation)s") % {"organisation": tenant.organisation.name},
        "tlp": Tlp.RED.label,
        "exercise": _striped(tenant),
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {tenant.number} · {generation}",
        "lead": _(
            "Give each page to the one whose role it names, in person. This sheet, number %(number)s, replaces every earlier one: older codes"
            " and the passwords chosen with them no longer work. Nobody can print it again."
        )
        % {"number": generation},
        "columns": [_("Login"), _("For whom"), _("Received by")],
        "list": [[one.login, one.name, ""] for one in issued],
    }


def _striped(tenant: Tenant) -> str | None:
    if tenant.exercise:
        return _("EXERCISE: nothing of this happened")
    return _("DRILL: thrown away afterwards") if tenant.kind == Tenant.Kind.DRILL else None


def _page(tenant: Tenant, one: Issued, hosts: Mapping[str, str]) -> dict[str, Any]:
    with override(one.language):
        return {
            "language": one.language,
            "exercise": _striped(tenant) or "",
            "title": one.name,
            "lead": _("Your account in the emergency cloud of %(organisation)s.")
            % {"organisation": tenant.organisation.name_in(one.language)},
            "facts": _facts(tenant, one),
            "code_title": _("One-time code"),
            "code": one.code,
            "steps_title": _("What to do"),
            "steps": _steps(hosts),
            "places_title": _("Where the services are"),
            "places": list(_places(tenant, one.language, hosts)),
            "note": _("The code works once and for three days. Ask the team for a new sheet when it no longer does."),
        }


def _facts(tenant: Tenant, one: Issued) -> list[tuple[str, str]]:
    facts = [(_("Login"), one.login)]
    if "mail" in tenant.services:
        facts.append((_("Mail address"), f"{one.login}@{tenant.domain}"))
    return facts


def _steps(hosts: Mapping[str, str]) -> list[str]:
    return [
        _("Go to %(address)s and sign in with the login and the code.") % {"address": hosts.get("accounts", "?")},
        _("Choose a password of your own that you use nowhere else. From then on it opens all services."),
        _("Destroy this page."),
    ]


def _places(tenant: Tenant, language: str, hosts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The title and address of each service; for mail programs its servers."""
    for name in tenant.services:
        try:
            service = catalog.service(name)
        except NotFound:
            continue
        if name in hosts:
            yield service.title(language), hosts[name]
        ports = configuration_ports()
        for port in service.ports:
            if port.entrance in {"imaps", "submissions"}:
                host = preparing.host_of(port.host, tenant.domain)
                yield f"{service.title(language)} ({port.entrance})", f"{host}:{ports[port.entrance]}"


def configuration_ports() -> dict[str, int]:
    """Where the entrance listens."""
    from paraat.cloud import configuration as cloud

    return cloud.entrance()
