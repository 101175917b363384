"""The clock of an exercise: it stands, or it moves so many minutes of the scenario in a minute. Nothing ticks: it is computed from three values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ScenarioClock:
    """Where the clock stood (`minutes`) when it last started to move (`since`, aware; None: it stands), and how fast it moves."""

    minutes: float
    since: datetime | None
    speed: int

    def at(self, now: datetime) -> float:
        """The minute of the scenario at `now`; never before where it stood, whatever the wall's clock does."""
        if self.since is None:
            return self.minutes
        return self.minutes + max((now - self.since).total_seconds(), 0.0) * self.speed / 60

    def when(self, minute: float) -> datetime | None:
        """The moment at which it shows `minute`: in the past when it has shown it already; None while it stands."""
        if self.since is None:
            return None
        return self.since + timedelta(minutes=(minute - self.minutes) / self.speed)


def words(minute: float) -> str:
    """A minute of the scenario as people say it: "day 2, 03:15" without the word day, so that it needs no translation: `1+03:15`."""
    whole = int(minute)
    days, rest = divmod(whole, 1440)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{days}+{clock}" if days else clock
