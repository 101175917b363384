"""A list of announced targets is published: it names the sites of those who play, and nobody else's."""

from __future__ import annotations

from io import BytesIO

from paraat.alerts.models import Alert
from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys
from paraat.feeds import actions as feeds
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import Conflict
from paraat.registry.models import Asset, Organisation

KEYS = Keys(needs=frozenset({"parts"}), may=frozenset({"text"}))
FORMAT = "target_text"


def play(world: World) -> dict[str, str]:
    """The list goes the way of every list: read, attributed, and the alert that follows. Raises Conflict when there is nobody to name."""
    hosts = [host for part in world.value("parts") if (host := _site(world.parts.get(part)))]
    if not hosts:
        raise Conflict("None of those who play has a site on file")
    source = Source.objects.active().filter(format=FORMAT).order_by("-confirmed_at", "slug").first()
    if source is None:
        raise Conflict("There is no source for lists of targets; add one below Feeds", format=FORMAT)
    name = f"{world.exercise.number}-{world.inject.key}.txt"
    run = feeds.receive_file(
        source=source, stream=BytesIO(_written(world, hosts)), file_name=name, origin=Run.Origin.UPLOAD, by=world.by, exercise=True
    )  # fmt: skip
    run = feeds.read_run(run=run)
    alert = Alert.objects.filter(run=run.pk).first()
    return {"run": str(run.pk), "asked": _told(world, alert)} | ({"alert": str(alert.pk)} if alert else {})


def _told(world: World, alert: Alert | None) -> str:
    """Of those who are asked, the ones that this list tells: who still stands under an earlier notice for the same site is not told twice."""
    told = set(alert.notices.values_list("organisation", flat=True)) if alert else set()
    return " ".join(part for part in world.inject.asked if world.parts[part].pk in told)


def _site(organisation: Organisation | None) -> str | None:
    """The web site of an organisation, as its assets say."""
    assets = Asset.objects.filter(
        organisation=organisation, kind__in=[Asset.Kind.HOST, Asset.Kind.DOMAIN], valid_until=None
    )
    found = assets.order_by("-kind", "value").values_list("kind", "value").first() if organisation else None
    return None if found is None else found[1] if found[0] == Asset.Kind.HOST else f"www.{found[1]}"


def _written(world: World, hosts: list[str]) -> bytes:
    """The list as text. Its first line makes it another file than that of every other exercise, so it is no repetition."""
    lines = [
        f"EXERCISE {world.exercise.number}, {world.inject.key}",
        world.text(),
        "",
        *(f"+ {host}" for host in hosts),
    ]
    return "\n".join(lines).encode()
