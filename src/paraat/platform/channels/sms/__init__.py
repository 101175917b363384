"""SMS: a wake-up, a code and a sign-in link, by a first and a second gateway."""

from __future__ import annotations

from typing import ClassVar

from paraat.platform import configuration
from paraat.platform.channels.gateway import GatewayChannel, configured_routes


class SmsChannel(GatewayChannel):
    """Sends SMS."""

    kind: ClassVar[str] = "sms"


def configured(*, demonstration: bool) -> SmsChannel:
    """The channel of this installation. Raises NotConfigured."""
    routes = configured_routes(configuration.SMS_URL, configuration.SMS_SECOND_URL, needed=not demonstration)
    return SmsChannel(routes=routes, country=configuration.PHONE_COUNTRY.get(), demonstration=demonstration)
