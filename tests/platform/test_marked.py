"""`visible_to` grants what `may_see` grants, no more and no less, for every model that carries a marking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Alert, CallLine, Notice
from paraat.exercises.models import Exercise
from paraat.feeds.models import Run, Source
from paraat.incidents.models import Case, OfCase
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Marking, Role, Tlp, Viewer, may_see
from paraat.observations.models import Finding, UnassignedHost
from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.platform.models import JournalEntry
from paraat.registry.models import Asset, Contact, Organisation, Supply
from paraat.warroom.models import InRoom, Room
from tests.cloud import marked as cloud
from tests.exercises import marked as exercising
from tests.incidents import marked
from tests.readiness import marked as learning
from tests.warroom import marked as warroom

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]

PLACES = range(4)
"""Three organisations, and the house (0)."""


def town(place: int) -> UUID:
    return UUID(int=place) if place else HOUSE


viewers = st.builds(
    Viewer,
    user=st.just(UUID(int=99)),
    roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    own=st.frozensets(st.sampled_from([town(place) for place in PLACES if place]), max_size=2),
    clients=st.frozensets(st.sampled_from([town(place) for place in PLACES if place]), max_size=2),
)
"""Also viewers that no account makes: the two must agree on those too."""

_number = count(1)


def _alert(place: int, **marking: Any) -> Alert:
    alert = Alert.objects.create(
        number=f"2024-{next(_number):06}", kind="report", created_at=moment.now(), created_by="", **marking
    )
    if place:
        _notice(place, alert=alert, **marking)
    return alert


def _notice(place: int, *, alert: Alert | None = None, **marking: Any) -> Notice:
    about = alert or Alert.objects.create(
        number=f"2024-{next(_number):06}", kind="report", created_at=moment.now(), created_by=""
    )
    code = f"C{next(_number)}"
    return Notice.objects.create(alert=about, organisation_id=town(place), code=code, state="open", **marking)


def _run(place: int, **marking: Any) -> Run:
    source = Source.objects.get_or_create(slug="s", defaults={"title": "s", "format": "ddosia"})[0]
    return Run.objects.create(
        source=source, organisation=town(place), file_name="f", digest="d", origin="api", by_label="", received_at=moment.now(), **marking
    )  # fmt: skip


def _finding(place: int, **marking: Any) -> Finding:
    return Finding.objects.create(
        run=UUID(int=1), organisation_id=town(place), target=f"h{next(_number)}", classification="c", certainty="certain", reason="r",
        because="b", listed_at=moment.now(), **marking,
    )  # fmt: skip


def _entry(place: int, **marking: Any) -> JournalEntry:
    return JournalEntry.objects.create(
        chain=town(place), actor_kind="system", verb="v", object_type="o", object_id="1", digest=b"", **marking
    )


def _organisation(place: int, **marking: Any) -> Organisation:
    """The town itself, whose marking is what is looked at."""
    Organisation.objects.filter(pk=town(place)).update(**marking)
    return Organisation.objects.get(pk=town(place))


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {
    Organisation: _organisation,
    Asset: lambda place, **m: Asset.objects.create(organisation_id=town(place), kind="host", value=f"h{next(_number)}", **m),
    Contact: lambda place, **m: Contact.objects.create(organisation_id=town(place), role="spoc", name="x", **m),
    Supply: lambda place, **m: Supply.objects.create(
        supplier_id=town(3), customer_id=town(place), what=f"w{next(_number)}", **m
    ),
    WaitingTask: lambda place, **m: WaitingTask.objects.create(
        kind="k", key=f"k{next(_number)}", summary="", url="", since=moment.now(), organisation_id=town(place) if place else None, **m
    ),
    Run: _run,
    Finding: _finding,
    UnassignedHost: lambda place, **m: UnassignedHost.objects.create(
        run=UUID(int=1), host=f"h{next(_number)}", why="country", listed_at=moment.now(), assigned_to_id=town(place) if place else None, **m
    ),
    Alert: _alert,
    Notice: _notice,
    CallLine: lambda place, **m: CallLine.objects.create(organisation_id=town(place), since=moment.now(), **m),
    JournalEntry: _entry,
    Exercise: exercising.exercise,
    **marked.MAKERS,
    **warroom.MAKERS,
    **cloud.MAKERS,
    **learning.MAKERS,
}  # fmt: skip
HAS_HOUSE = (
    {WaitingTask, Run, UnassignedHost, Alert, JournalEntry, Exercise}
    | marked.HAS_HOUSE
    | warroom.HAS_HOUSE
    | learning.HAS_HOUSE
)
"""Those that may concern the house alone."""


def concerned(row: Any) -> Iterator[UUID | None]:
    """The organisations that a row concerns; most concern one, and say so in their marking."""
    if isinstance(row, Alert):
        yield None
        yield from row.notices.exclude(state="prepared").values_list("organisation", flat=True)
    elif isinstance(row, Exercise):
        yield from exercising.concerned(row)
    elif isinstance(row, Supply):
        yield from (row.customer_id, row.supplier_id)
    elif type(row) in learning.CONCERNED:
        yield from learning.CONCERNED[type(row)](row)
    elif type(row) in marked.MAKERS:
        yield from marked.concerned(row)
    else:
        yield row.marking.organisation


def allowed(viewer: Viewer, row: Any) -> bool:
    if isinstance(row, Room | InRoom):
        return warroom.allowed(viewer, row)
    if type(row) in learning.ALLOWED:
        return learning.ALLOWED[type(row)](viewer, row)
    if isinstance(row, OfCase) and not allowed(viewer, Case.objects.get(pk=row.case_id)):
        return False
    return any(may_see(viewer, Marking(Tlp(row.tlp), row.exercise, one)) for one in concerned(row))


def models() -> list[type[MarkedModel]]:
    return [model for model in apps.get_models() if issubclass(model, MarkedModel)]


def test_every_marked_model_is_tried() -> None:
    missing = [model.__name__ for model in models() if model not in MAKERS]
    assert not missing, f"say in MAKERS how to make one: {missing}"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_the_query_grants_what_the_rule_grants(model: type[MarkedModel]) -> None:
    for place in PLACES:
        if place:
            Organisation.objects.create(pk=town(place), kind="municipality", name=f"T{place}", languages=["nl"])
    places = [place for place in PLACES if place or model in HAS_HOUSE]

    @given(
        st.lists(st.tuples(st.sampled_from(places), st.sampled_from(list(Tlp)), st.booleans()), min_size=1, max_size=5),
        viewers,
    )
    def agree(rows: list[tuple[int, Tlp, bool]], viewer: Viewer) -> None:
        with transaction.atomic():
            made = {row.pk: row for row in (MAKERS[model](place, tlp=tlp, exercise=ex) for place, tlp, ex in rows)}
            made = {key: model.objects.get(pk=key) for key in made}
            seen = set(model.objects.visible_to(viewer).filter(pk__in=made).values_list("pk", flat=True))
            assert seen == {key for key, row in made.items() if allowed(viewer, row)}
            transaction.set_rollback(True)

    agree()
