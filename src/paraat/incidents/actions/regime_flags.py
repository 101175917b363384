"""Which regimes an organisation is under: a flag with its source."""

from __future__ import annotations

from datetime import date

from paraat.incidents import regimes
from paraat.incidents.models import OrganisationRegime
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid, NotFound
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation


@action
def set_regime(
    *,
    organisation: Organisation,
    regime: str,
    applies: bool,
    source: str,
    by: Actor,
    recipient: str = "",
    since: date | None = None,
) -> OrganisationRegime:
    """Say that an organisation is or is not under a regime, who says so (`source`), and whom it reports to if not the regime's own recipient.

    Raises Invalid without a source; UnknownRegime. Clocks that were proposed stay as they are.
    """
    if not source.strip():
        raise Invalid("Say who says so, or which document", field="source")
    regimes.current(regime, moment.today())
    flag, _made = OrganisationRegime.objects.update_or_create(
        organisation=organisation,
        regime=regime,
        defaults={
            "applies": applies, "source": source.strip()[:300], "recipient": recipient.strip()[:200], "since": since,
            "at": moment.now(), "by": by.label,
        },
    )  # fmt: skip
    detail = {"regime": regime, "applies": applies, "source": source.strip(), "recipient": recipient.strip()}
    record("regime.set", by=by, on=flag, organisation=organisation.pk, detail=detail)
    return flag


@action
def remove_regime(*, organisation: Organisation, regime: str, by: Actor) -> None:
    """Nobody says anything about this regime any more."""
    flag = OrganisationRegime.objects.filter(organisation=organisation, regime=regime).first()
    if flag is None:
        raise NotFound("Nothing is on file for this regime")
    record("regime.removed", by=by, on=flag, organisation=organisation.pk, detail={"regime": regime})
    flag.delete()
