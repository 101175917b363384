"""Who was reached and who was not. "Reached" means that a named person acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Coverage(StrEnum):
    """The class of one organisation, for an alert or for the register; each organisation has exactly one."""

    REACHED = "reached"
    WAITING = "waiting"  # told, and the first rung still has time; in the register: never tested
    SILENT = "silent"
    BOUNCED = "bounced"
    NO_OUT_OF_BAND = "no_out_of_band"
    NO_CONTACT = "no_contact"
    NO_ASSET = "no_asset"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one notice. `named`: a person acknowledged. `lapsed`: its first rung had its time, or its ladder is exhausted."""

    named: bool
    reach: str = "ok"
    lapsed: bool = False
    sent: int = 0
    bounced: int = 0


def of_notice(told: Told) -> Coverage:
    """The class of an organisation for one alert."""
    if told.named:
        return Coverage.REACHED
    if told.reach == "none":
        return Coverage.NO_CONTACT
    if told.sent and told.bounced >= told.sent:
        return Coverage.BOUNCED
    if told.reach == "not_out_of_band":
        return Coverage.NO_OUT_OF_BAND
    return Coverage.SILENT if told.lapsed else Coverage.WAITING


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the register holds of one constituent. `answered`: a contact answered a test or confirmed. `asked`: a test is past its date."""

    assets: int
    channels: int
    out_of_band: int
    answered: bool = False
    asked: bool = False
    bounced: bool = False


def of_register(on_file: OnFile) -> Coverage:
    """The class of a constituent in the register: whoever owns nothing on file can never be matched, so that comes first."""
    if not on_file.assets:
        return Coverage.NO_ASSET
    if not on_file.channels:
        return Coverage.NO_CONTACT
    if on_file.bounced:
        return Coverage.BOUNCED
    if not on_file.out_of_band:
        return Coverage.NO_OUT_OF_BAND
    if on_file.answered:
        return Coverage.REACHED
    return Coverage.SILENT if on_file.asked else Coverage.WAITING
