"""Those who may be next are warned: an announcement to the customers of a supplier, or to whom captured data concerns, with its second approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts.actions import draft_announcement
from paraat.alerts.models import Alert
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, CaseSupplier, ContagionAlert, Exposure, ExposureConcerns, TimelineEntry
from paraat.incidents.wording import about_data
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation


@action
def warn_customers(
    *,
    case: Case,
    supplier: Organisation,
    title: Mapping[str, str],
    text: Mapping[str, str],
    author: User,
    by: Actor,
    severity: int = 2,
    tlp: Tlp | int = Tlp.AMBER,
) -> Alert:
    """Draft an announcement to the customers of an involved supplier, but the victim; it is sent as every announcement is.

    Raises NotFound for a supplier that the case does not involve, Invalid when a text names the victim or when nobody else is a customer.
    """
    if not CaseSupplier.objects.filter(case=case, organisation=supplier).exists():
        raise NotFound()
    _check_unnamed(case, [*title.values(), *text.values()])
    alert = draft_announcement(
        by=by,
        author=author,
        sender=None,
        audience={"supplier": str(supplier.pk), "without": [str(case.organisation_id)]},
        title=title,
        text=text,
        severity=severity,
        tlp=int(tlp),
        valid_until=None,
        exercise=case.exercise,
    )
    ContagionAlert.objects.create(
        case=case, supplier=supplier, alert=alert.pk, number=alert.number, at=moment.now(), by=by.label
    )
    words = _("Announcement %(number)s to the other customers of %(supplier)s is drafted")
    told = words % {"number": alert.number, "supplier": supplier.name}
    add_entry(case=case, text=told, by=by, kind=TimelineEntry.Kind.COMMUNICATION)
    record(
        "contagion.warned",
        by=by,
        on=case,
        organisation=case.organisation_id,
        detail={"case": case.number, "alert": alert.number, "supplier": str(supplier.pk)},
    )
    return alert


@action
def warn_concerned(*, concerned: Sequence[ExposureConcerns], author: User, by: Actor) -> Alert:
    """Draft one announcement to organisations that captured data concerns; which data is told by telephone only. They count as told when it is
    sent. Raises Invalid for none, or for those of another exposure, Conflict when one was told or is being told already."""
    exposures = {one.exposure_id for one in concerned}
    if len(exposures) != 1:
        raise Invalid("Choose whom to tell", field="concerned")
    if any(one.told_at or one.alert for one in concerned):
        raise Conflict("It was told already")
    exposure = Exposure.objects.select_related("case").get(pk=exposures.pop())
    title, text = about_data()
    alert = draft_announcement(
        by=by,
        author=author,
        sender=None,
        audience={"organisations": sorted(str(one.organisation_id) for one in concerned)},
        title=title,
        text=text,
        severity=3,
        tlp=int(Tlp.AMBER),
        valid_until=None,
        exercise=exposure.exercise,
    )
    keys = [one.pk for one in concerned]
    if ExposureConcerns.objects.filter(pk__in=keys, told_at=None, alert=None).update(alert=alert.pk) != len(keys):
        raise Conflict("It was told already")
    record(
        "exposure.warned",
        by=by,
        on=exposure,
        organisation=exposure.case.organisation_id,
        detail={"case": exposure.case.number, "alert": alert.number, "organisations": len(keys)},
    )
    return alert


@action
def note_sent(*, alert: Alert) -> int:
    """An announcement left: whom it tells about captured data counts as told from now on; how many."""
    waiting = list(ExposureConcerns.objects.filter(alert=alert.pk, told_at=None).select_related("exposure__case"))
    through = _("announcement %(number)s") % {"number": alert.number}
    for one in waiting:
        told = ExposureConcerns.objects.filter(pk=one.pk, told_at=None)
        if told.update(told_at=moment.now(), told_through=through) == 1:
            record(
                "exposure.told",
                by=SYSTEM,
                on=one.exposure,
                organisation=one.exposure.case.organisation_id,
                detail={
                    "case": one.exposure.case.number,
                    "alert": alert.number,
                    "organisation": str(one.organisation_id),
                },
            )
    return len(waiting)


def _check_unnamed(case: Case, texts: Sequence[str]) -> None:
    """What a victim does is never public: others learn that there is an incident, not whose."""
    names = {case.victim, case.organisation.name, *case.organisation.names.values()}
    whole = " ".join(texts).casefold()
    if any(name and name.casefold() in whole for name in names):
        raise Invalid("This text names the victim")
