"""Coverage of the register: who can be reached if it happens now, and who cannot; with its definition, its denominator and its moment."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.alerts import coverage
from paraat.alerts.rules.coverage import Coverage
from paraat.alerts.views.acting import ROOM
from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation

WORDS = {
    Coverage.REACHED: _("reached: a contact confirmed or answered a test"),
    Coverage.WAITING: _("on file, never answered yet"),
    Coverage.SILENT: _("silent: did not answer a test"),
    Coverage.BOUNCED: _("bounced: the address does not exist"),
    Coverage.NO_OUT_OF_BAND: _("no out-of-band contact"),
    Coverage.NO_CONTACT: _("no contact"),
    Coverage.NO_ASSET: _("no asset on file"),
}
LOOKS = {
    Coverage.REACHED: "known", Coverage.WAITING: "calm", Coverage.SILENT: "silent", Coverage.BOUNCED: "silent",
    Coverage.NO_OUT_OF_BAND: "none", Coverage.NO_CONTACT: "none", Coverage.NO_ASSET: "waiting",
}  # fmt: skip
UNREACHABLE = (Coverage.NO_OUT_OF_BAND, Coverage.NO_CONTACT)


@require_safe
@allow(*ROOM)
def listing(request: Request) -> HttpResponseBase:
    """Every constituent with its class; the figures count all of them, whatever is filtered."""
    found = classified(request.viewer)
    rows = found.annotate(n_assets=Count("assets", distinct=True), n_contacts=Count("contacts", distinct=True))
    choices = [(one.value, words) for one, words in WORDS.items()]
    table = Table(
        request,
        rows,
        name="coverage",
        columns=[
            Column("name", _("Organisation"), sort="name"),
            Column("kind", _("Kind"), sort="kind", value=lambda row: row.get_kind_display()),
            Column("class", _("Coverage"), sort="coverage", value=lambda row: str(WORDS[Coverage(row.coverage)])),
            Column("assets", _("Assets"), sort="n_assets", value=lambda row: row.n_assets, number=True),
            Column("contacts", _("Contacts"), sort="n_contacts", value=lambda row: row.n_contacts, number=True),
        ],
        search=["name", "nis__iexact"],
        filters=[
            Filter("class", _("Coverage"), [("unreachable", _("nobody to reach out-of-band")), *choices], apply=_class),
            Filter("kind", _("Kind"), Organisation.Kind.choices),
            Filter(
                "province", _("Province"), list(Organisation.objects.filter(kind="province").values_list("nis", "name"))
            ),
        ],
        order="name",
        empty=_("No organisation is on file yet."),
    )
    counts = coverage.counts(found) if not request.GET.get("format") else {}
    figures = [(one.value, counts.get(one.value, 0), WORDS[one], LOOKS[one]) for one in Coverage]
    context = {"figures": figures, "in_all": sum(counts.values()), "now": moment.now(), "words": WORDS, "looks": LOOKS}
    return table.answer("alerts/coverage.html", context)


def _class(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(coverage__in=UNREACHABLE) if value == "unreachable" else rows.filter(coverage=value)


def classified(viewer: Viewer) -> QuerySet[Any]:
    """The constituents that a viewer may see, each with its class as `coverage`."""
    today = timezone.localdate()
    seen = Organisation.objects.visible_to(viewer).real().constituents().as_of(today)
    return coverage.of_register(seen, today)
