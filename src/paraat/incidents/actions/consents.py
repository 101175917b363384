"""Organisations that help a victim. Without the victim's recorded consent they see nothing; when it ends, they see nothing any more."""

from __future__ import annotations

from django.utils.translation import gettext as _

from paraat.alerts.happening import for_officers
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, CaseHelper, TimelineEntry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation


@action
def propose_helper(*, case: Case, organisation: Organisation, what: str, by: Actor) -> CaseHelper:
    """Ask the victim whether an organisation may help. It sees nothing until the consent is recorded. Raises Conflict when it was asked."""
    if organisation.pk == case.organisation_id:
        raise Invalid("This is the victim itself", field="organisation")
    if not what.strip():
        raise Invalid("Say what it would do", field="what")
    if CaseHelper.objects.filter(case=case, organisation=organisation, ended_at=None).exists():
        raise Conflict("This organisation has been proposed already")
    helper = CaseHelper.objects.create(case=case, organisation=organisation, what=what.strip(), asked_at=moment.now())
    _record("case.helper_proposed", helper, by)
    return helper


@action
def consent_to_helper(*, helper: CaseHelper, consent_by: str, by: Actor) -> CaseHelper:
    """Record the victim's consent: who said yes, and through what. From now on the helper reads along up to TLP:AMBER.

    Raises Invalid without who consented, Conflict when it was recorded or ended already.
    """
    if not consent_by.strip():
        raise Invalid("Say who consented for the victim", field="consent_by")
    waiting = CaseHelper.objects.filter(pk=helper.pk, consent_at=None, ended_at=None)
    if waiting.update(consent_at=moment.now(), consent_by=consent_by.strip()[:200]) != 1:
        raise Conflict("This was decided already")
    helper.refresh_from_db()
    with for_officers():
        text = _("%(helper)s helps and reads along: %(name)s consented") % {
            "helper": helper.organisation.name,
            "name": helper.consent_by,
        }
    add_entry(case=helper.case, text=text, by=by, kind=TimelineEntry.Kind.ACTION)
    _record("case.helper_consented", helper, by, consent_by=helper.consent_by)
    return helper


@action
def end_help(*, helper: CaseHelper, by: Actor, reason: str = "") -> CaseHelper:
    """End the help, or withdraw the proposal: the organisation sees the case no longer. Raises Conflict when it had ended."""
    if CaseHelper.objects.filter(pk=helper.pk, ended_at=None).update(ended_at=moment.now()) != 1:
        raise Conflict("This has ended already")
    helper.refresh_from_db()
    if helper.consent_at:
        with for_officers():
            text = _("%(helper)s does not help any more and reads along no longer") % {
                "helper": helper.organisation.name
            }
        add_entry(
            case=helper.case,
            text=f"{text}: {reason.strip()}" if reason.strip() else text,
            by=by,
            kind=TimelineEntry.Kind.ACTION,
        )
    _record("case.helper_ended", helper, by, reason=reason.strip())
    return helper


def _record(verb: str, helper: CaseHelper, by: Actor, **more: str) -> None:
    case = helper.case
    detail = {"case": case.number, "helper": helper.organisation.name, **more}
    record(
        verb, by=by, on=helper, organisation=case.organisation_id, detail=detail, tlp=case.tlp, exercise=case.exercise
    )
