"""Mail: multipart notices, signed, over re-used SMTP connections by a first and a second route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from paraat.kernel.errors import SettingError
from paraat.platform import configuration
from paraat.platform.channels.base import NotConfigured, Outcome, Outgoing, Real, rejected
from paraat.platform.channels.lanes import run
from paraat.platform.channels.mail.courier import Courier, Letter, check
from paraat.platform.channels.mail.message import Press, Unsendable, named
from paraat.platform.channels.mail.route import MailRoute
from paraat.platform.channels.mail.sealing import UNSIGNED, PgpSigner, Signer, SmimeSigner
from paraat.platform.channels.routes import Routes
from paraat.platform.setting import Setting


class MailChannel(Real):
    """Sends mail by the first of `routes` that works, over `connections` at a time."""

    kind: ClassVar[str] = "mail"

    def __init__(
        self, *, press: Press, routes: tuple[MailRoute, ...], connections: int = 4, demonstration: bool
    ) -> None:
        super().__init__(demonstration=demonstration)
        self.press, self.connections = press, connections
        self.routes: Routes[MailRoute] = Routes(*routes)

    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Render in the lane that sends; a message that cannot be rendered is rejected by itself."""
        return run(batch, lambda: Desk(self.press, Courier(self.routes, self.press.domain)), self.connections)

    def carry(self, letters: Iterable[Letter]) -> Iterator[tuple[Outcome, ...]]:
        """Send finished bytes, the way `transmit` does."""
        return run(letters, lambda: Courier(self.routes, self.press.domain), self.connections)

    def probe(self) -> tuple[str, ...]:
        """Every route that does not take mail now."""
        return tuple(fault for route in self.routes if (fault := check(route, self.press.domain)))


class Desk:
    """One lane: writes the letter, then hands it to its courier."""

    def __init__(self, press: Press, courier: Courier) -> None:
        self._press, self._courier = press, courier

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Write and send one."""
        try:
            letter = self._press.letter(outgoing)
        except Unsendable as fault:
            return rejected(outgoing, str(fault))
        return self._courier.carry(letter)

    def close(self) -> None:
        """End the courier's connections."""
        self._courier.close()


def configured(*, demonstration: bool) -> MailChannel:
    """The channel of this installation. Raises NotConfigured, or SettingError for a setting that is wrong."""
    urls = (configuration.SMTP_URL, configuration.SMTP_SECOND_URL)
    routes = tuple(_route(setting) for setting in urls if setting.get())
    if not routes and not demonstration:
        raise NotConfigured(setting=configuration.SMTP_URL.name)
    return MailChannel(
        press=_press(), routes=routes, connections=configuration.SMTP_CONNECTIONS.get(), demonstration=demonstration
    )


def _route(setting: Setting[str]) -> MailRoute:
    try:
        return MailRoute.from_url(setting.get())
    except ValueError as fault:
        raise SettingError(f"{setting.name} is wrong: {fault}") from fault


def _press() -> Press:
    sender, replies = configuration.MAIL_FROM.get(), configuration.MAIL_REPLIES.get()
    bounces = configuration.MAIL_BOUNCES.get() or replies
    return Press(named(configuration.TEAM_NAME.get(), sender), bounces=bounces, replies=replies, signer=_signer())


def _signer() -> Signer:
    if configuration.SMIME_CERTIFICATE.get():
        return SmimeSigner.from_pem(Path(configuration.SMIME_CERTIFICATE.get()), configuration.SMIME_KEY.get().encode())
    if configuration.PGP_KEY.get():
        return PgpSigner.from_bytes(configuration.PGP_KEY.get().encode())
    return UNSIGNED
