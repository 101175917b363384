"""Voice: a gateway rings, speaks a wake-up and a code, and reports the key that was pressed."""

from __future__ import annotations

from typing import ClassVar

from paraat.platform import configuration
from paraat.platform.channels.gateway import GatewayChannel, configured_routes


class VoiceChannel(GatewayChannel):
    """Rings telephones."""

    kind: ClassVar[str] = "voice"


def configured(*, demonstration: bool) -> VoiceChannel:
    """The channel of this installation. Raises NotConfigured."""
    routes = configured_routes(configuration.VOICE_URL, configuration.VOICE_SECOND_URL, needed=not demonstration)
    return VoiceChannel(routes=routes, country=configuration.PHONE_COUNTRY.get(), demonstration=demonstration)
