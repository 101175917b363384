"""Deadlines on screen: who sees and who decides, the form of a step on paper and for machines, panels, and the lines that others read."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from paraat.incidents import clocks, filing
from paraat.incidents.models import Clock, Indicator, IndicatorSighting, OrganisationRegime
from paraat.incidents.views import clocks as views
from paraat.incidents.views import regimes as regime_views
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from tests import cast
from tests.incidents.test_clocks import DPO, HOUR, a_case, nis2, running, step, submit

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def local(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def test_the_spoc_decides_fills_in_and_submits_from_his_own_side() -> None:
    clock = nis2()
    ronse = signed_in(cast.spoc_user(cast.ronse()))
    page = ronse.get(f"/clocks/{clock.pk}/")
    assert page.status_code == 200
    assert "The organisation decides" in page.content.decode()
    assert "Deadlines" in ronse.get("/clocks/").content.decode()
    aware = moment.now() - 2 * HOUR
    ronse.post(f"/clocks/{clock.pk}/decide/", {"aware_at": local(aware), "said_by": DPO})
    clock.refresh_from_db()
    assert clock.state == "running"
    ronse.post(f"/clocks/{clock.pk}/recipient/", {"recipient": "CCB", "said_by": DPO})
    warning = step(clock, "early-warning")
    here = f"/clocks/{clock.pk}/steps/{warning.pk}/"
    form = ronse.get(here).content.decode()
    assert "Files encrypted" in form
    assert "art. 35, § 1, 1°" in form
    ronse.post(
        f"{here}draft/",
        {"what": "Files of the counters were encrypted", "malicious": "yes", "cross_border": "no", "seen": ""},
    )
    warning.refresh_from_db()
    assert warning.form["what"] == "Files of the counters were encrypted"
    ronse.post(f"{here}submit/", {"at": local(moment.now()), "said_by": DPO, "receipt": "CCB-77"})
    warning.refresh_from_db()
    assert (warning.receipt, warning.submitted_by) == ("CCB-77", DPO)
    assert warning.submissions.get().form["malicious"] == "yes"
    assert "CCB-77" in ronse.get(here).content.decode()


def test_another_town_and_who_only_watches_cannot_act() -> None:
    clock = running()
    warning = step(clock, "early-warning")
    here = f"/clocks/{clock.pk}/"
    other = signed_in(cast.spoc_user(cast.spiere_helkijn()))
    assert other.get(here).status_code == 404
    assert other.get(f"{here}steps/{warning.pk}/data/").status_code == 404
    assert (
        other.post(f"{here}steps/{warning.pk}/submit/", {"at": local(moment.now()), "said_by": "x"}).status_code == 404
    )
    assert clock.organisation.name not in other.get("/clocks/").content.decode()
    auditor = signed_in(cast.auditor())
    assert auditor.get(here).status_code == 200
    assert 'action="/clocks/' not in auditor.get(f"{here}steps/{warning.pk}/").content.decode()
    assert auditor.post(f"{here}no-duty/", {"because": "x", "said_by": "x"}).status_code == 403
    for user in (cast.observer(), cast.provider_user(), cast.partner_user(), cast.administrator()):
        assert signed_in(user).get(here).status_code == 403
    assert not warning.submissions.exists()


def test_a_clock_is_not_shown_above_its_case() -> None:
    clock = running()
    auditor = signed_in(cast.auditor())
    clock.case.__class__.objects.filter(pk=clock.case_id).update(tlp=4)
    assert auditor.get(f"/clocks/{clock.pk}/").status_code == 404
    assert clock.case.number not in auditor.get("/clocks/").content.decode()
    clock = Clock.objects.select_related("case").get(pk=clock.pk)
    assert filing.level_of(clock).label == "TLP:RED"
    lines = clocks.due_lines(cast.team_viewer(), within_hours=24)
    assert {line.tlp for line in lines} == {4}  # what is derived from a line is marked as the case is now


def test_the_officer_decides_on_behalf_and_wrong_input_is_told() -> None:
    clock = nis2()
    officer = signed_in(cast.duty_officer())
    answer = officer.post(f"/clocks/{clock.pk}/decide/", {"aware_at": "never", "said_by": DPO}, follow=True)
    assert "Aware since" in answer.content.decode()
    ahead = local(moment.now() + timedelta(days=1))
    answer = officer.post(f"/clocks/{clock.pk}/decide/", {"aware_at": ahead, "said_by": DPO}, follow=True)
    assert "A fact lies in the past" in answer.content.decode()
    clock.refresh_from_db()
    assert clock.state == "proposed"
    officer.post(f"/clocks/{clock.pk}/no-duty/", {"because": "Not significant", "said_by": DPO})
    clock.refresh_from_db()
    assert (clock.state, clock.because, clock.decided_by) == ("no_duty", "Not significant", DPO)


def test_a_fact_is_recorded_and_a_step_left_out_on_screen() -> None:
    clock = running(moment.now() - 50 * HOUR)
    officer = signed_in(cast.duty_officer())
    submit(clock, "notification")
    officer.post(f"/clocks/{clock.pk}/facts/", {"name": "ongoing", "at": local(moment.now()), "said_by": DPO})
    progress = step(clock, "progress-report")
    officer.post(f"/clocks/{clock.pk}/steps/{progress.pk}/waive/", {"because": "The CCB said so", "said_by": DPO})
    progress.refresh_from_db()
    assert progress.waived_because == "The CCB said so"
    page = officer.get(f"/clocks/{clock.pk}/").content.decode()
    assert "The CCB said so" in page
    assert "1182/71" in page


def test_the_form_on_paper_and_for_machines() -> None:
    clock = running()
    submit(clock, "early-warning", receipt="CCB-12")
    officer = signed_in(cast.duty_officer())
    here = f"/clocks/{clock.pk}/steps/{step(clock, 'early-warning').pk}"
    paper = officer.get(f"{here}/paper/")
    assert paper["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert "TLP:AMBER" in text
    assert "Ronse" in text
    assert "CCB-12" in text
    said = json.loads(officer.get(f"{here}/data/").content)
    assert said["format"] == "paraat-submission/1"
    assert said["regime"]["key"] == "nis2-be"
    assert said["submissions"][0]["receipt"] == "CCB-12"
    assert [one["field"] for one in said["fields"]] == [
        "entity",
        "contact",
        "aware_at",
        "what",
        "malicious",
        "cross_border",
    ]
    assert all(one["article"] for one in said["fields"])
    assert {language for one in said["fields"] for language in one["title"]} == {"nl", "fr", "de", "en"}


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_paper_is_made_in_every_language(language: str) -> None:
    paper = filing.pdf(step(running(), "notification"), cast.team_viewer(), language=language)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert {"nl": "Incidentmelding", "fr": "Notification", "de": "Meldung", "en": "notification"}[language] in text


def test_indicators_above_the_marking_of_the_form_are_not_prefilled() -> None:
    clock = running()
    now = moment.now()
    for value, tlp, exercise in (("192.0.2.1", 2, False), ("192.0.2.2", 4, False), ("192.0.2.3", 2, True)):
        one = Indicator.objects.create(
            kind="ipv4", value=value, state="accepted", proposed_at=now, proposed_by="x", tlp=tlp, exercise=exercise
        )
        IndicatorSighting.objects.create(indicator=one, case=clock.case, at=now, by="x")
    notification = step(clock, "notification")
    filled = {line.field.key: line.value for line in filing.lines(notification, cast.team_viewer())}
    assert "192.0.2.1" in filled["indicators"]
    assert "192.0.2.2" not in filled["indicators"]
    assert "192.0.2.3" not in filled["indicators"]
    spoc = {line.field.key: line.value for line in filing.lines(notification, cast.spoc_viewer(cast.ronse()))}
    assert spoc["indicators"] == ""  # nobody outside the room reads an indicator


def test_addresses_of_contacts_are_for_the_team_and_their_own() -> None:
    warning = step(running(), "early-warning")
    auditor = Viewer(roles=frozenset({Role.AUDITOR}))
    for viewer, reads in ((cast.team_viewer(), True), (cast.spoc_viewer(cast.ronse()), True), (auditor, False)):
        contact = {line.field.key: line.value for line in filing.lines(warning, viewer)}["contact"]
        assert ("@ronse.example" in contact) is reads


def test_panels_of_case_and_organisation() -> None:
    with translation.override("en"):
        case = a_case()
        panel = views.case_panel(cast.team_viewer(), case) or ""
        assert "GDPR" in panel
        assert "Nobody has said which regimes" in panel
        assert "Propose another clock" in panel
        assert "Propose another clock" not in (views.case_panel(cast.spoc_viewer(cast.ronse()), case) or "")
        assert views.case_panel(Viewer(roles=frozenset({Role.OBSERVER})), case) is None
        assert "Nothing is on file" in (regime_views.organisation_panel(cast.team_viewer(), cast.ronse()) or "")


def test_flags_are_set_on_screen_with_their_source() -> None:
    ronse, officer = cast.ronse(), signed_in(cast.duty_officer())
    here = f"/organisations/{ronse.pk}/regimes/"
    assert officer.get(here).status_code == 200
    assert officer.post(here, {"regime": "nis2-be", "applies": "yes", "source": ""}).status_code == 200
    assert not OrganisationRegime.objects.exists()
    officer.post(here, {"regime": "nis2-be", "applies": "yes", "source": "Letter of the CCB", "recipient": ""})
    flag = OrganisationRegime.objects.get()
    assert (flag.regime, flag.applies, flag.source) == ("nis2-be", True, "Letter of the CCB")
    assert "Letter of the CCB" in officer.get(f"/organisations/{ronse.pk}/").content.decode()
    assert signed_in(cast.spoc_user(ronse)).get(here).status_code == 403


def test_an_officer_proposes_another_clock_from_the_case() -> None:
    case, officer = a_case(), signed_in(cast.duty_officer())
    officer.post(f"/cases/{case.pk}/clocks/", {"regime": "region-example"})
    assert case.clocks.filter(regime="region-example").exists()
    assert "region-example" in officer.get("/clocks/?q=region-example").content.decode()


def test_the_list_filters_and_exports() -> None:
    clock = running(moment.now() - 30 * HOUR)
    officer = signed_in(cast.duty_officer())
    page = officer.get("/clocks/?which=overdue").content.decode()
    assert "Early warning" in page
    assert "Incident notification" not in page
    submit(clock, "early-warning")
    assert "Early warning" not in officer.get("/clocks/").content.decode()
    assert "Submitted late" in officer.get("/clocks/?which=submitted").content.decode()
    assert officer.get("/clocks/?which=undecided").status_code == 200
    assert officer.get("/clocks/?world=exercise").content.decode().count("<tr>") == 0
    exported = b"".join(officer.get("/clocks/?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert "Ronse" in exported.decode()


def test_the_list_asks_as_many_queries_for_many_as_for_few(django_assert_max_num_queries: Any) -> None:
    officer = signed_in(cast.duty_officer())
    asked = []
    for more in (1, 12):
        for _number in range(more):
            a_case()
        officer.get("/clocks/")
        caches["local"].clear()
        with django_assert_max_num_queries(30) as counted:
            assert officer.get("/clocks/").content.decode().count("/steps/") >= 2 * more
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_due_lines_for_whoever_asks(django_assert_num_queries: Any) -> None:
    clock = running(moment.now() - 20 * HOUR)
    viewer = cast.team_viewer()
    with translation.override("en"), django_assert_num_queries(2):  # the moment, and the lines
        lines = clocks.due_lines(viewer)
    assert [(one.title, one.number, one.overdue, one.proposed) for one in lines] == [
        ("Early warning", clock.case.number, False, False)
    ]
    assert clocks.due_lines(viewer, cases=[]) == []
    assert len(clocks.due_lines(viewer, cases=[clock.case], within_hours=24 * 5)) == 3
    assert clocks.due_lines(cast.spoc_viewer(cast.spiere_helkijn())) == []
    assert clocks.due_lines(viewer, now=moment.now() + 5 * HOUR)[0].overdue


def test_a_spoc_finds_its_deadlines_on_its_own_page_and_the_team_on_the_board() -> None:
    clock = running(moment.now() - 30 * HOUR)
    portal = signed_in(cast.spoc_user(cast.ronse())).get("/portal/").content.decode()
    assert "Early warning" in portal
    assert f"/clocks/{clock.pk}/" in portal
    assert "Early warning" not in signed_in(cast.spoc_user(cast.spiere_helkijn())).get("/portal/").content.decode()
    caches["local"].clear()
    board = signed_in(cast.duty_officer()).get("/").content.decode()
    assert "Ronse: Early warning" in board
    caches["local"].clear()
    assert "Early warning" not in signed_in(cast.observer()).get("/").content.decode()
