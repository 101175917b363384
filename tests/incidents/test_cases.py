"""Cases: opened, listed worst first, found by words, edited by two at once, and seen by whom they concern."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.incidents.actions.cases import edit_case
from paraat.incidents.models import Case, TimelineEntry
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from tests import cast
from tests.incidents import stories
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


def numbers(text: str, *cases: Case) -> list[str]:
    """The numbers of those cases that stand in a text, in its order."""
    return sorted((one.number for one in cases if one.number in text), key=text.index)


# The list -------------------------------------------------------------------------------------------------------------------------


def test_the_worst_stands_first_and_what_is_closed_last() -> None:
    mild, bad, closed = stories.case(severity=1), stories.case(severity=4), stories.case(severity=5)
    Case.objects.filter(pk=closed.pk).update(state="closed")
    newer = stories.case(severity=4)
    text = page(officer(), "/cases/")
    assert numbers(text, mild, bad, closed, newer) == [newer.number, bad.number, mild.number, closed.number]


def test_the_list_is_narrowed_by_what_one_asks() -> None:
    ronse = stories.case(severity=4)
    eupen = stories.case(cast.eupen(), severity=2, classification="availability.ddos", title="Site down")
    played = stories.case(exercise=True)
    client = officer()
    for query, expected in {
        "state=active": {ronse, eupen, played},
        "severity=2": {eupen},
        "class=availability": {eupen},
        f"victim={cast.ronse().pk}": {ronse, played},
        "province=60000": {eupen},
        "exercise=yes": {played},
        "exercise=no": {ronse, eupen},
        "state=closed": set(),
    }.items():
        text = page(client, f"/cases/?{query}")
        assert set(numbers(text, ronse, eupen, played)) == {one.number for one in expected}, query


@pytest.mark.parametrize(
    "words", ["servers", "encry", "ronse", "Ronse encrypted", "quarantine", "lockbit", "NUMBER", "number", "o'neill"]
)
def test_a_case_is_found_by_its_words(words: str) -> None:
    one = stories.case(summary="All in quarantine, says O'Neill")
    other = stories.case(cast.eupen(), title="Site down")
    Case.objects.filter(pk=one.pk).update(actor="Lockbit")
    asked = words.replace("NUMBER", one.number).replace("number", one.number.lower())
    client = officer()
    text = body(client.get("/cases/", {"q": asked}))
    assert numbers(text, one, other) == [one.number]
    assert one.number in body(client.get("/search/", {"q": asked}))


@pytest.mark.parametrize("words", ["'", "\\", "a & b | !", ":*", "' OR 1=1 --", "(", "  "])
def test_no_words_break_the_search(words: str) -> None:
    stories.case()
    assert officer().get("/cases/", {"q": words}).status_code == 200


def test_the_list_asks_as_much_for_many_as_for_few() -> None:
    client = officer()

    def asked() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as made:
            page(client, "/cases/?q=servers&state=active")
        return len(made)

    stories.case()
    page(client, "/cases/")
    few = asked()
    for _ in range(12):
        stories.case(owner=cast.coordinator())
    assert asked() == few <= 6


def test_a_file_says_how_every_row_is_marked() -> None:
    stories.case(tlp=Tlp.AMBER_STRICT, exercise=True)
    lines = body(officer().get("/cases/?format=csv")).splitlines()
    assert lines[0].endswith("TLP,Exercise") and lines[1].endswith("TLP:AMBER+STRICT,yes")
    assert officer().get("/cases/?format=xlsx").status_code == 200


# Who sees it ----------------------------------------------------------------------------------------------------------------------


def test_a_victim_sees_its_own_case_and_nobody_elses() -> None:
    own, other = stories.case(tlp=Tlp.RED), stories.case(cast.eupen())
    spoc = client_of(cast.spoc_user(cast.ronse()))
    text = page(spoc, "/cases/")
    assert own.number in text and other.number not in text
    page(spoc, f"/cases/{own.pk}/")
    page(spoc, f"/cases/{other.pk}/", 404)
    page(spoc, f"/cases/{other.pk}/parts/", 404)
    assert f"/cases/{other.pk}/" not in body(spoc.get("/search/", {"q": other.number}))


@pytest.mark.parametrize(("tlp", "status"), [(Tlp.GREEN, 200), (Tlp.AMBER, 404)])
def test_partners_and_observers_see_no_more_than_green(tlp: Tlp, status: int) -> None:
    one = stories.case(tlp=tlp)
    for user in (cast.observer(), cast.partner_user()):
        page(client_of(user), f"/cases/{one.pk}/", status)


def test_an_auditor_reads_and_changes_nothing() -> None:
    one, auditor = stories.case(), client_of(cast.auditor())
    text = page(auditor, f"/cases/{one.pk}/")
    assert "Edit" not in text and "Change the state" not in text and "Add to the timeline" not in text
    for path in ("edit", "move", "timeline", "services", "suppliers", "helpers", "merge", "split"):
        assert auditor.post(f"/cases/{one.pk}/{path}/", {}).status_code == 403, path


def test_the_administrator_of_the_installation_sees_no_case() -> None:
    one = stories.case()
    assert client_of(cast.administrator()).get(f"/cases/{one.pk}/").status_code == 403


# Opened and edited ----------------------------------------------------------------------------------------------------------------

FORM = {
    "title": "Mail is down",
    "classification": "availability.outage",
    "severity": "3",
    "confidence": "low",
    "tlp": "2",
}


def test_a_case_is_opened_by_hand() -> None:
    cast.ronse()
    text = said(officer(), "/cases/new/", FORM | {"organisation": "Ronse", "owner": str(cast.duty_officer().pk)})
    one = Case.objects.get()
    assert one.number in text and "Mail is down" in text and "act within the hour" in text
    assert (one.victim, one.tlp, one.language, one.owner) == ("Ronse", 2, "nl", cast.duty_officer())
    assert one.timeline.get().kind == "state"
    assert JournalEntry.objects.filter(verb="case.opened", object_id=str(one.pk)).exists()


def test_a_victim_that_nobody_knows_is_asked_again() -> None:
    answer = officer().post("/cases/new/", FORM | {"organisation": "Nowhere"})
    assert answer.status_code == 400 and "No organisation has exactly this name or number" in body(answer)
    assert not Case.objects.exists()


def test_an_edit_is_saved_and_the_judgement_stands_in_the_timeline() -> None:
    one = stories.case(severity=2)
    edit_case(case=one, version=1, by=stories.officer(), severity=4, title="Worse than thought")
    one.refresh_from_db()
    assert (one.severity, one.title, one.version, one.rank) == (4, "Worse than thought", 2, 1)
    assert "2 → 4" in one.timeline.latest("recorded_at").text


def test_two_who_edit_at_once_lose_nothing() -> None:
    one, client = stories.case(), officer()
    edit_case(case=one, version=1, by=stories.person(cast.second_officer()), summary="Theirs: the mayor knows")
    mine = FORM | {"version": "1", "summary": "Mine: the backup is whole", "title": one.title}
    answer = client.post(f"/cases/{one.pk}/edit/", mine)
    text = body(answer)
    assert answer.status_code == 409
    assert "Theirs: the mayor knows" in text and text.count("Mine: the backup is whole") == 2
    one.refresh_from_db()
    assert one.summary == "Theirs: the mayor knows" and 'name="version" value="2"' in text
    said(client, f"/cases/{one.pk}/edit/", mine | {"version": "2", "summary": "Both"})
    one.refresh_from_db()
    assert (one.summary, one.version) == ("Both", 3)


def test_an_edit_of_an_old_version_writes_nothing() -> None:
    one = stories.case()
    edit_case(case=one, version=1, by=stories.officer(), title="First")
    with pytest.raises(Conflict):
        edit_case(case=one, version=1, by=stories.officer(), title="Second")
    one.refresh_from_db()
    assert one.title == "First"


@pytest.mark.parametrize(
    "changes", [{"severity": 6}, {"classification": "no.such"}, {"title": " "}, {"state": "closed"}, {"number": "x"}]
)
def test_what_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        edit_case(case=stories.case(), version=1, by=stories.officer(), **changes)


def test_a_case_cannot_have_begun_in_the_future() -> None:
    from datetime import timedelta

    with pytest.raises(Invalid):
        stories.case(happened_at=moment.now() + timedelta(hours=1))


def test_lowering_the_marking_does_not_show_an_older_entry() -> None:
    one = stories.case(tlp=Tlp.AMBER)
    edit_case(case=one, version=1, by=stories.officer(), tlp=Tlp.GREEN)
    observer = cast.observer()
    text = page(client_of(observer), f"/cases/{one.pk}/")
    assert "TLP:AMBER" not in text
    assert {entry.tlp for entry in TimelineEntry.objects.filter(case=one)} == {Tlp.AMBER}


# The page -------------------------------------------------------------------------------------------------------------------------


def test_parts_that_did_not_change_are_not_sent_again() -> None:
    import re

    one, client = stories.case(), officer()
    text = page(client, f"/cases/{one.pk}/")
    have = "~".join(f"{a}.{b}" for a, b in re.findall(r'data-part="([\w-]+)" data-version="(\w+)"', text))
    assert client.get(f"/cases/{one.pk}/parts/", {"have": have}).status_code == 204
    edit_case(case=one, version=1, by=stories.officer(), title="Another title")
    fresh = body(client.get(f"/cases/{one.pk}/parts/", {"have": have}))
    assert 'data-part="head"' in fresh and "Another title" in fresh and 'data-part="services"' not in fresh


def test_ids_on_the_page_are_unique() -> None:
    import re

    from paraat.incidents.actions.triage import accept_report

    one = stories.case()
    accept_report(report=stories.report(cast.ronse(), services=["Mail"]), case=one, by=stories.officer())
    ids = re.findall(r'\sid="([^"]+)"', page(officer(), f"/cases/{one.pk}/"))
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)


def test_every_form_on_the_page_can_be_sent() -> None:
    """Panels are rendered without the request; their forms carry its token all the same."""
    one = stories.case()
    text = page(officer(), f"/cases/{one.pk}/")
    forms = text.split("<form")[1:]
    posts = [form for form in forms if 'method="post"' in form.partition(">")[0]]
    assert len(posts) > 4
    assert all("csrfmiddlewaretoken" in form.partition("</form>")[0] for form in posts)


def test_the_open_cases_of_an_organisation_stand_on_its_page() -> None:
    one, closed = stories.case(), stories.case()
    Case.objects.filter(pk=closed.pk).update(state="closed")
    text = page(officer(), f"/organisations/{cast.ronse().pk}/")
    assert one.number in text and "1 other case" in text
    assert one.number not in page(client_of(cast.observer()), f"/organisations/{cast.ronse().pk}/")


def test_active_cases_stand_on_the_board_of_who_may_see_them() -> None:
    bad, closed, played = stories.case(severity=5), stories.case(), stories.case(exercise=True)
    Case.objects.filter(pk=closed.pk).update(state="closed")
    text = page(officer(), "/?exercise=0")
    assert f"/cases/{bad.pk}/" in text and f"/cases/{closed.pk}/" not in text and f"/cases/{played.pk}/" not in text
    assert f"/cases/{played.pk}/" in page(officer(), "/?exercise=1")
    assert f"/cases/{bad.pk}/" not in page(client_of(cast.observer()), "/?exercise=0")
