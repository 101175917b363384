"""A case moves on, with the reasons that may be asked for later."""

from __future__ import annotations

import pytest

from paraat.incidents.actions.states import move_case
from paraat.incidents.models import Case
from paraat.kernel.errors import Conflict, Invalid
from tests.incidents import stories
from tests.web.pages import body, officer, said

pytestmark = pytest.mark.django_db


def test_every_move_stands_in_the_timeline() -> None:
    one = stories.case()
    for to, because in [("contained", ""), ("recovering", ""), ("closed", "All back"), ("reopened", "It is back too")]:
        move_case(case=one, to=to, by=stories.officer(), because=because)
    texts = list(one.timeline.filter(kind="state").order_by("recorded_at").values_list("text", flat=True))[1:]
    assert len(texts) == 4 and all("→" in text for text in texts)
    assert texts[2].endswith(": All back") and texts[3].endswith(": It is back too")
    assert (one.state, one.closed_at, one.closed_because) == ("reopened", None, "")


def test_closing_keeps_when_and_why() -> None:
    one = move_case(case=stories.case(), to="closed", by=stories.officer(), because="A false alarm")
    assert one.closed_at is not None and one.closed_because == "A false alarm" and one.rank == 9


@pytest.mark.parametrize(
    ("to", "because"), [("closed", " "), ("merged", "x"), ("reopened", "x"), ("opened", "x"), ("nowhere", "x")]
)
def test_what_may_not_be_is_refused(to: str, because: str) -> None:
    one = stories.case()
    with pytest.raises(Invalid):
        move_case(case=one, to=to, by=stories.officer(), because=because)
    one.refresh_from_db()
    assert one.state == "opened" and one.timeline.count() == 1


def test_only_one_of_two_officers_moves_it() -> None:
    one = stories.case()
    late = Case.objects.get(pk=one.pk)
    move_case(case=one, to="contained", by=stories.officer())
    with pytest.raises(Conflict):
        move_case(case=late, to="eradicated", by=stories.officer())


def test_the_page_moves_a_case_from_what_it_showed() -> None:
    one, client = stories.case(), officer()
    said(client, f"/cases/{one.pk}/move/", {"from": "opened", "to": "contained"})
    text = said(client, f"/cases/{one.pk}/move/", {"from": "opened", "to": "recovering"})
    assert "Somebody else moved this case first" in text
    one.refresh_from_db()
    assert one.state == "contained"
    answer = client.post(f"/cases/{one.pk}/move/", {"from": "contained", "to": "closed"})
    assert answer.status_code == 400 and "Say why" in body(answer)
