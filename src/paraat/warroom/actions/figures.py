"""Figures leave the house: who took which period with him is written down."""

from __future__ import annotations

from django.utils.translation import get_language

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import Subject, action, record
from paraat.warroom.figures import Period, as_pdf, as_xlsx, figures


@action
def export_figures(*, period: Period, form: str, by: Actor) -> bytes:
    """The figures of a period as `pdf` or `xlsx`, in the language of the moment.

    Raises Invalid for another form or a period that ends before it begins.
    """
    if form not in {"pdf", "xlsx"}:
        raise Invalid("There is no such form", field="form", value=form)
    if period.begin > period.end:
        raise Invalid("The period ends before it begins", field="end")
    found = figures(period, moment.now())
    content = as_pdf(period, found, get_language() or "en") if form == "pdf" else as_xlsx(found)
    about = Subject("figures", str(HOUSE), rows=len(found))
    record(
        "figures.exported",
        by=by,
        on=about,
        tlp=Tlp.GREEN,
        detail={"from": period.begin, "until": period.end, "form": form},
    )
    return content
