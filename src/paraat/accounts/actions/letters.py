"""Letters about accounts that stay in the house."""

from __future__ import annotations

from paraat.platform import moment
from paraat.platform.actions import action
from paraat.platform.channels import Outgoing
from paraat.platform.models import HouseMessage


@action
def keep_in_house(*, outgoing: Outgoing) -> None:
    """Keep what a demonstration would have sent, for its screen."""
    HouseMessage.objects.create(
        at=moment.now(),
        kind="mail",
        address=outgoing.address,
        subject=outgoing.subject[:300],
        body=outgoing.text,
        delivery=outgoing.delivery,
        exercise=outgoing.exercise,
    )
