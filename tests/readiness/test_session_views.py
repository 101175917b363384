"""The pages of sessions: planned and followed by the team, answered by who was invited."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.kernel.actor import SYSTEM
from paraat.readiness.actions import session_talk, sessions
from paraat.readiness.models import Question, Session, SessionMaterial
from tests import cast
from tests.readiness import convening
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def at(session: Session, rest: str = "") -> str:
    return f"/sessions/{session.pk}/{rest}"


def spoc(town: Any = None) -> Client:
    return client_of(cast.spoc_user(town or cast.ronse()))


def form(**more: str) -> dict[str, object]:
    starts, ends = convening.in_days(10), convening.in_days(10.1)
    return {
        "kind": "workshop", "starts_at": f"{starts:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}", "language": "nl", "seats": "2",
        "title_nl": "Oefenen", "link": "https://meet.example/secret-room", "province": "40000", **more,
    }  # fmt: skip


# The team -------------------------------------------------------------------------------------------------------------------------
def test_the_team_plans_a_session_and_invites_to_it() -> None:
    cast.ronse()
    me = officer()
    text = said(me, "/sessions/new/", form())
    assert "Nobody is invited yet" in text
    session = Session.objects.get()
    assert (session.kind, session.audience, session.seats) == ("workshop", {"province": "40000"}, 2)
    text = said(me, at(session, "invite/"), {})
    assert "The invitation is written." in text
    session.refresh_from_db()
    assert session.state == "invited"
    assert session.attendances.get().organisation == cast.ronse()
    text = said(me, at(session, "edit/"), form(version="1", place="Gent"))
    assert "Gent" in text
    session.refresh_from_db()
    assert (session.place, session.audience) == ("Gent", {"province": "40000"})
    wrong = me.post(at(session, "edit/"), form(version="1", place="Aalst"))
    assert wrong.status_code == 400
    assert "Somebody else changed this session first" in body(wrong)


def test_a_wrong_form_says_why() -> None:
    answer = officer().post("/sessions/new/", form(title_nl="", link="not a link"))
    assert answer.status_code == 400
    assert "A session needs a title in one language" in body(answer)
    assert not Session.objects.exists()
    assert "It ends after it begins" in body(officer().post("/sessions/new/", form(ends_at="2026-01-01T10:00")))


def test_an_invitation_to_many_leads_to_the_second_person() -> None:
    from paraat.registry.models import Organisation

    for number in range(30):
        Organisation.objects.create(kind="municipality", name=f"Town {number}", languages=["nl"])
    session = convening.planned()
    answer = officer().post(at(session, "invite/"))
    session.refresh_from_db()
    assert answer["Location"] == f"/announcements/{session.alert_id}/"
    assert "waits for a second person" in page(officer(), at(session))


def test_attendance_is_ticked_read_from_a_file_and_saved_as_one() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.begun(convening.invited(ronse, eupen))
    me = officer()
    row = convening.of(session, ronse)
    answer = me.post(at(session, f"attendance/{row.pk}/"), {"came": "yes"})
    assert answer["Location"].endswith(f"#at-{row.pk}")
    assert convening.of(session, ronse).came is True
    text = said(
        me, at(session, "attendance/read/"), {"file": SimpleUploadedFile("x.csv", b"nis,came\n63023,yes\n99999,yes\n")}
    )
    assert "1 row was taken." in text
    assert "Row 3 was not taken: nobody of this name or code was invited" in text
    assert "Choose a file" in said(me, at(session, "attendance/read/"), {})
    lines = body(me.get(at(session, "attendance/?format=csv&came=yes"))).splitlines()
    assert len(lines) == 3
    assert "feedback" not in lines[0].lower()
    assert me.get(at(session, "attendance/?format=xlsx")).status_code == 200
    assert "On the list." in said(me, at(session, "add/"), {"organisation": "Wemmel"}) if cast.wemmel() else False
    assert session.attendances.count() == 3


def test_material_questions_and_what_was_missed() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen)
    convening.comes(session, ronse)
    me = officer()
    said(
        me,
        at(session, "material/"),
        {"name": "Slides", "file": SimpleUploadedFile("slides.html", b"<script>1</script>")},
    )
    assert "Give either a file or an address" in said(me, at(session, "material/"), {"name": "Nothing"})
    said(me, at(session, "material/"), {"name": "Recording", "url": "https://video.example/1"})
    kept = SessionMaterial.objects.get(url="")
    assert kept.name == "Slides.html"
    asked = session_talk.ask_question(
        session=session, by=SYSTEM, text="We of Eupen ask", attendance=convening.of(session, eupen)
    )
    text = page(me, at(session))
    assert "Eupen" in text
    assert "Answered." in said(
        me, at(session, f"questions/{asked.pk}/"), {"text": "Is it so?", "answer": "It is", "shown": "on"}
    )
    convening.begun(session)
    assert "Held." in said(me, at(session, "hold/"), {})
    assert "1 organisation was told." in said(me, at(session, "chase/"), {"again": ""})
    theirs = page(spoc(ronse), at(session))
    assert "Is it so?" in theirs
    assert "It is" in theirs
    assert "We of Eupen" not in theirs
    assert "Eupen" not in theirs
    answer = spoc(eupen).get(at(session, f"material/{kept.pk}/"))
    assert b"".join(answer.streaming_content) == b"<script>1</script>"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    said(me, at(session, f"material/{kept.pk}/remove/"), {})
    assert SessionMaterial.objects.count() == 1


def test_a_session_is_cancelled_with_a_reason() -> None:
    session = convening.invited(cast.ronse())
    me = officer()
    assert "Say why" in said(me, at(session, "cancel/"), {"because": ""})
    assert "Cancelled; everybody hears it." in said(me, at(session, "cancel/"), {"because": "The speaker is ill"})
    assert "The speaker is ill" in page(spoc(), at(session))
    answer = spoc().get(at(session, "calendar.ics"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=CANCEL"


# Who was invited ------------------------------------------------------------------------------------------------------------------
def test_the_link_is_for_who_registered_and_has_a_seat() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen, seats=1)
    me, row = spoc(ronse), convening.of(session, ronse)
    assert "secret-room" not in page(me, at(session))
    assert "secret-room" not in body(me.get(at(session, "calendar.ics")))
    text = said(me, at(session, f"answer/{row.pk}/"), {"comes": "yes", "seats": "1", "who": "ICT"})
    assert "You are registered." in text
    assert "secret-room" in text
    assert b"secret-room" in me.get(at(session, "calendar.ics")).content.replace(b"\r\n ", b"")
    other, theirs = spoc(eupen), convening.of(session, eupen)
    text = said(other, at(session, f"answer/{theirs.pk}/"), {"comes": "yes", "seats": "1"})
    assert "waiting list" in text
    assert "secret-room" not in text
    assert "secret-room" not in body(other.get(at(session, "calendar.ics")))
    assert "Do you come?" in said(me, at(session, f"answer/{row.pk}/"), {"comes": "", "seats": "1"})
    assert "you do not come" in said(me, at(session, f"answer/{row.pk}/"), {"comes": "no", "seats": "1"})
    assert "secret-room" not in page(me, at(session))
    assert convening.of(session, eupen).state == "coming"
    assert "secret-room" in page(other, at(session))


def test_a_spoc_asks_and_says_what_it_was_worth() -> None:
    session = convening.invited(cast.ronse())
    convening.comes(session, cast.ronse())
    me, row = spoc(), convening.of(session, cast.ronse())
    assert "The answer will stand here" in said(me, at(session, "ask/"), {"text": "May our supplier come?"})
    assert "not answered yet" in page(me, at(session))
    assert Question.objects.get().attendance == row
    convening.begun(session)
    assert "Thank you." in said(me, at(session, f"feedback/{row.pk}/"), {"rating": "4", "text": "Good words"})
    text = page(officer(), at(session)) + page(officer(), at(session, "attendance/"))
    assert "Good words" not in text
    assert "Sessions for us" in page(me, "/sessions/ours/")
    assert session.title["en"] in page(me, "/sessions/ours/?when=past")
    assert body(me.get("/sessions/ours/?format=csv")).count("\n") == 2


# Whose ----------------------------------------------------------------------------------------------------------------------------
def test_a_session_is_for_who_was_invited_and_what_is_done_to_it_for_the_team() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse)
    draft = convening.planned(ronse)
    row = convening.of(session, ronse)
    other = spoc(eupen)
    page(other, at(session), 404)
    page(spoc(), at(draft), 404)
    assert other.get(at(session, "calendar.ics")).status_code == 404
    assert officer().get(at(draft, "calendar.ics")).status_code == 404
    answer = {"comes": "yes", "seats": "1"}
    assert other.post(at(session, f"answer/{row.pk}/"), answer).status_code == 404
    assert other.post(at(session, "ask/"), {"text": "?"}).status_code == 404
    assert other.post(at(session, f"feedback/{row.pk}/"), {"rating": "1"}).status_code == 404
    deeds = ("invite/", "add/", "hold/", "cancel/", "chase/", "material/", "attendance/read/", f"attendance/{row.pk}/")
    for who in (spoc(), client_of(cast.auditor())):
        assert all(who.post(at(session, rest)).status_code == 403 for rest in deeds)
        page(who, "/sessions/new/", 403)
        page(who, at(session, "edit/"), 403)
    page(spoc(), at(session, "attendance/"), 403)
    page(client_of(cast.auditor()), at(session, "attendance/"))
    for user in (
        cast.provider_user(),
        cast.tester(),
        cast.assessor(),
        cast.observer(),
        cast.partner_user(),
        cast.administrator(),
    ):
        for path in (
            "/sessions/",
            at(session),
            at(session, "attendance/"),
            at(session, "calendar.ics"),
            "/sessions/ours/",
        ):
            page(client_of(user), path, 403)
    assert Client().get(at(session)).status_code == 302
    assert convening.of(session, ronse).state == "invited"


@pytest.mark.parametrize("path", ["/sessions/", "/sessions/ours/", "attendance"])
def test_lists_take_the_same_queries_for_one_and_for_many(path: str) -> None:
    towns = [cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn()]
    client = spoc() if path == "/sessions/ours/" else officer()
    session = convening.invited(towns[0])

    def count() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as caught:
            page(client, at(session, "attendance/") if path == "attendance" else path)
        return len(caught)

    before = count()
    for _each in range(3):
        convening.invited(*towns)
    from paraat.readiness.actions.sessions import invite_by_name

    invite_by_name(session=session, organisations=towns, by=SYSTEM)
    assert count() == before
    assert before <= 10


def test_a_next_session_that_is_no_session_is_not_found() -> None:
    session = convening.begun(convening.invited(cast.ronse()))
    sessions.hold_session(session=session, by=SYSTEM)
    answer = client_of(cast.duty_officer()).post(at(session, "chase/"), {"again": "nonsense"})
    assert answer.status_code == 404
