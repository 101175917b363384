"""The pages of assessments: who opens which, what is shown to whom, and answering with and without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from paraat.accounts.models import User
from paraat.platform import moment
from paraat.readiness.actions import answers, assessments, audits
from paraat.readiness.frameworks import current
from paraat.readiness.models import AnswerEvidence, Assessment, Finding
from paraat.readiness.outcome import result_of
from tests import cast
from tests.readiness import assessed
from tests.readiness.assessed import ALICE, BOB, answer, answered, opened

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
HTMX = {"HX-Request": "true"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def spoc() -> Client:
    return signed_in(cast.spoc_user(cast.ronse()))


def text(answer: Any) -> str:
    return str(answer.content.decode())


# Who sees what --------------------------------------------------------------------------------------------------------------------


def addresses(made: Assessment) -> list[str]:
    """Every page of one assessment."""
    own = [reverse(name, args=[made.pk]) for name in ("assessment", "assessment_beside", "assessment_time")]
    row = answer(made, "C01")
    kept = AnswerEvidence.objects.create(
        answer=row, name="f", file="aa/bb/cc", size=1, added_at=moment.now(), added_by="x"
    )
    return [
        *own,
        reverse("assessment_part", args=[made.pk, "PR.AA"]),
        reverse("answer", args=[row.pk]),
        reverse("answer_file", args=[kept.pk]),
    ]


def test_a_self_assessment_is_read_by_its_own_the_team_and_the_auditor_of_the_house_only() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    reads = [cast.spoc_user(cast.ronse()), cast.duty_officer(), cast.auditor()]
    refused = [cast.spoc_user(cast.eupen()), cast.provider_user(), cast.assessor()]
    for address in addresses(made)[:-1]:
        assert {signed_in(user).get(address).status_code for user in reads} == {200}, address
        assert {signed_in(user).get(address).status_code for user in refused} == {404}, address
        assert signed_in(cast.tester()).get(address).status_code == 403
        assert signed_in(cast.observer()).get(address).status_code == 403
    assert {signed_in(user).get(addresses(made)[-1]).status_code for user in refused} == {404}


def test_lists_and_exports_hold_what_the_reader_may_know_of_and_no_more() -> None:
    mine, other = opened(cast.ronse()), opened(cast.eupen(), assessed.edition(key="other"))
    for form in ("", "?format=csv"):
        pages = {
            user: b"".join(signed_in(user).get(reverse("assessments") + form))
            for user in (cast.spoc_user(cast.ronse()), cast.provider_user(), cast.assessor(), cast.duty_officer())
        }
        found = {user.name: [one.number.encode() in page for one in (mine, other)] for user, page in pages.items()}
        assert found == {
            "SPOC, Ronse": [True, False], "Provider's desk": [False, False], "External auditor": [False, False], "Duty officer": [True, True]
        }  # fmt: skip
    assert signed_in(cast.tester()).get(reverse("assessments")).status_code == 403
    sheet = signed_in(cast.duty_officer()).get(reverse("assessments") + "?format=xlsx")
    assert b"".join(sheet.streaming_content)[:2] == b"PK"


def test_only_those_whose_it_is_save_an_answer() -> None:
    made = opened(cast.ronse())
    address = reverse("answer_save", args=[answer(made, "C01").pk])
    given = {"version": 0, "status": "met"}
    for user in (cast.spoc_user(cast.eupen()), cast.provider_user(), cast.assessor()):
        assert signed_in(user).post(address, given).status_code == 404
    for user in (cast.duty_officer(), cast.auditor(), cast.tester()):  # nobody answers for another
        assert signed_in(user).post(address, given).status_code == 403
    assert answer(made, "C01").status == "open"
    assert spoc().post(address, given).status_code == 302
    assert answer(made, "C01").status == "met"


def test_an_auditor_sees_the_audit_that_was_given_to_him_by_name_until_it_is_ended() -> None:
    audit = opened(cast.ronse(), kind="external", auditor=cast.assessor())
    other = opened(cast.eupen(), audit.edition, kind="external")
    beside = opened(cast.ronse(), audit.edition)
    client = signed_in(cast.assessor())
    assert client.get(reverse("assessment", args=[audit.pk])).status_code == 200
    assert client.get(reverse("assessment", args=[other.pk])).status_code == 404
    assert client.get(reverse("assessment", args=[beside.pk])).status_code == 404
    assert client.post(reverse("answer_save", args=[answer(audit, "C01").pk]), {"version": 0, "status": "not_met"}).status_code == 302  # fmt: skip
    team = signed_in(cast.duty_officer())
    team.post(reverse("assessment_auditor_end", args=[audit.pk]))
    assert client.get(reverse("assessment", args=[audit.pk])).status_code == 404
    assert (
        client.post(reverse("answer_save", args=[answer(audit, "C02").pk]), {"version": 0, "status": "met"}).status_code
        == 404
    )
    team.post(reverse("assessment_auditor", args=[audit.pk]), {"auditor": cast.assessor().pk})
    assert client.get(reverse("assessment", args=[audit.pk])).status_code == 200
    assert spoc().post(reverse("assessment_auditor_end", args=[audit.pk])).status_code == 403


def test_an_audit_that_goes_on_is_known_to_the_town_but_not_what_it_says() -> None:
    audit = answered(opened(cast.ronse(), kind="external", auditor=cast.assessor()), C01="not_met")
    page = spoc().get(reverse("assessment", args=[audit.pk]))
    assert page.status_code == 200
    assert "PR.AA" not in text(page)
    for address in addresses(audit)[1:]:
        assert spoc().get(address).status_code == 404, address
    assessments.submit_assessment(assessment=audit, by=ALICE)
    assert "PR.AA" in text(spoc().get(reverse("assessment", args=[audit.pk])))
    assert spoc().get(reverse("assessment_part", args=[audit.pk, "PR.AA"])).status_code == 200


def test_a_provider_without_consent_writes_nothing_any_more_and_still_reads_what_it_wrote() -> None:
    made = assessments.open_for_customers(
        organisations=[cast.ronse()], author=cast.provider(), edition=assessed.edition(), by=ALICE
    )[0]
    desk, save = signed_in(cast.provider_user()), reverse("answer_save", args=[answer(made, "C01").pk])
    assert desk.post(save, {"version": 0, "status": "met"}).status_code == 302
    cast.provider().supplies.update(consent=False)
    assert desk.post(save, {"version": 1, "status": "not_met"}).status_code == 404
    assert desk.get(reverse("assessment", args=[made.pk])).status_code == 200
    assert (
        spoc().post(save, {"version": 1, "status": "not_met"}).status_code == 404
    )  # the town reads it, and does not write it
    assert cast.provider().name in text(spoc().get(reverse("assessment", args=[made.pk])))


# Answering ------------------------------------------------------------------------------------------------------------------------


def test_a_page_holds_every_question_of_its_category_with_what_was_answered() -> None:
    made = answered(opened(cast.ronse()), C01="not_met")
    with translation.override("en"):
        page = text(spoc().get(reverse("assessment_part", args=[made.pk, "PR.AA"])))
    assert "C01" in page
    assert "C04" in page
    assert "C02" not in page
    assert 'value="not_met" checked' in page
    assert ALICE.label in page
    assert spoc().get(reverse("assessment_part", args=[made.pk, "XX"])).status_code == 404


def test_a_script_gets_the_new_version_and_the_progress() -> None:
    made = opened(cast.ronse())
    row = answer(made, "C01")
    got = spoc().post(reverse("answer_save", args=[row.pk]), {"version": 0, "status": "met"}, headers=HTMX)
    assert got.status_code == 200
    assert 'name="version" value="1"' in text(got)
    assert 'hx-swap-oob="true"' in text(got)
    assert "<h2" not in text(got)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain form", "script"])
def test_who_saves_an_older_answer_is_shown_both(headers: dict[str, str]) -> None:
    made = opened(cast.ronse())
    row = answer(made, "C01")
    answers.save_answer(answer=row, version=0, by=BOB, status="not_met", explanation="Nobody knows the password")
    given = {"version": 0, "status": "met", "explanation": "All of us use it"}
    got = spoc().post(reverse("answer_save", args=[row.pk]), given, headers=headers)
    assert got.status_code == (200 if headers else 409)
    page = text(got)
    assert "Nobody knows the password" in page
    assert "All of us use it" in page
    assert BOB.label in page
    assert 'name="version" value="1"' in page
    if headers:
        assert got.headers["HX-Retarget"] == f"#card-{row.pk}"
    assert answer(made, "C01").status == "not_met"
    over = spoc().post(reverse("answer_save", args=[row.pk]), given | {"version": 1, "both": 1}, headers=headers)
    assert over.status_code == (200 if headers else 302)
    assert answer(made, "C01").explanation == "All of us use it"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain form", "script"])
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(headers: dict[str, str]) -> None:
    row = answer(opened(cast.ronse()), "C01")
    given = {"version": 0, "status": "met", "explanation": "Ours", "explained_until": "2199-01-01"}
    got = spoc().post(reverse("answer_save", args=[row.pk]), given, headers=headers)
    assert got.status_code == (200 if headers else 400)
    assert "2199-01-01" in text(got) or headers
    assert 'class="error"' in text(got)
    row.refresh_from_db()
    assert row.version == 0


def test_an_old_explanation_is_shown_as_expired() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    made.answers.filter(control__identifier="C01").update(explanation="For now", explained_until=moment.today() - timedelta(days=1))  # fmt: skip
    with translation.override("en"):
        assert "expired" in text(spoc().get(reverse("assessment_part", args=[made.pk, "PR.AA"])))
        assert "1 explanation no longer holds" in text(spoc().get("/portal/"))


def test_a_file_is_attached_saved_as_bytes_and_taken_off() -> None:
    row = answer(opened(cast.ronse()), "C01")
    address = reverse("answer_attach", args=[row.pk])
    assert (
        signed_in(cast.provider_user()).post(address, {"file": SimpleUploadedFile("a.html", b"x")}).status_code == 404
    )
    assert spoc().post(address, {"file": SimpleUploadedFile("policy.html", b"<script>")}).status_code == 302
    kept = AnswerEvidence.objects.get()
    got = spoc().get(reverse("answer_file", args=[kept.pk]))
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in got.headers["Content-Disposition"]
    assert b"".join(got.streaming_content) == b"<script>"
    assert spoc().post(reverse("answer_withdraw", args=[kept.pk])).status_code == 302
    kept.refresh_from_db()
    assert kept.withdrawn_at


def test_a_page_costs_the_same_queries_for_two_questions_and_for_forty(django_assert_max_num_queries: Any) -> None:
    small, large = opened(cast.ronse()), opened(cast.ronse(), assessed.edition(120, key="large"))
    client = spoc()
    for made in (small, large):
        for name, more, most in (
            ("assessment", [], 14),
            ("assessment_part", ["PR.AA"], 15),
            ("assessment_beside", [], 14),
        ):
            caches["local"].clear()
            with django_assert_max_num_queries(most):
                client.get(reverse(name, args=[made.pk, *more]))


def test_a_save_by_script_costs_so_many_queries(django_assert_num_queries: Any) -> None:
    made, client = opened(cast.ronse()), spoc()
    row = answer(made, "C01")
    client.post(reverse("answer_save", args=[row.pk]), {"version": 0, "status": "met"}, headers=HTMX)
    caches["local"].clear()
    with django_assert_num_queries(
        14
    ):  # session, account, the answer, the save with its history, journal and note, the figures
        client.post(reverse("answer_save", args=[row.pk]), {"version": 1, "status": "not_met"}, headers=HTMX)


def test_the_list_costs_the_same_queries_whatever_its_length(django_assert_num_queries: Any) -> None:
    client, edition = signed_in(cast.duty_officer()), assessed.edition()
    opened(cast.ronse(), edition)
    client.get(reverse("assessments"))
    counts = []
    for town in (cast.eupen(), cast.ixelles(), cast.wemmel()):
        opened(town, edition)
        caches["local"].clear()
        with django_assert_num_queries(8):
            counts.append(client.get(reverse("assessments")).status_code)
    assert counts == [200, 200, 200]


# Beginning and deciding -----------------------------------------------------------------------------------------------------------


def test_a_spoc_begins_its_own_and_the_team_anybodys() -> None:
    edition = assessed.edition()
    mine = cast.ronse()
    client = spoc()
    assert client.get(reverse("assessment_new")).status_code == 200
    client.post(reverse("assessment_new"), {"edition": f"{edition.pk}:", "organisation": mine.pk})
    assert Assessment.objects.get().kind == "self"
    refused = client.post(reverse("assessment_new"), {"edition": f"{edition.pk}:", "organisation": cast.eupen().pk})
    assert refused.status_code == 400
    team = signed_in(cast.duty_officer())
    given = {"edition": f"{edition.pk}:", "organisation": "Ronse", "kind": "external", "auditor": cast.assessor().pk}
    assert team.post(reverse("assessment_new"), given).status_code == 302
    assert Assessment.objects.get(kind="external").auditor == cast.assessor()
    assert signed_in(cast.assessor()).get(reverse("assessment_new")).status_code == 403


def test_submitting_reopening_and_closing_by_page() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    client, team = spoc(), signed_in(cast.duty_officer())
    assert team.post(reverse("assessment_submit", args=[made.pk])).status_code == 403
    assert signed_in(cast.spoc_user(cast.eupen())).post(reverse("assessment_submit", args=[made.pk])).status_code == 404
    client.post(reverse("assessment_submit", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == "submitted"
    client.post(reverse("assessment_reopen", args=[made.pk]), {"because": ""})
    made.refresh_from_db()
    assert made.state == "submitted"
    client.post(reverse("assessment_reopen", args=[made.pk]), {"because": "One was wrong"})
    made.refresh_from_db()
    assert made.state == "open"
    assert client.post(reverse("assessment_close", args=[made.pk])).status_code == 403
    team.post(reverse("assessment_close", args=[made.pk]), {"because": "Merged"})
    made.refresh_from_db()
    assert made.state == "closed"


def test_a_spoc_does_not_steer_an_audit() -> None:
    audit = answered(opened(cast.ronse(), kind="external"), C01="met")
    assert spoc().post(reverse("assessment_due", args=[audit.pk]), {"due_on": "2030-01-01"}).status_code == 404
    assessments.submit_assessment(assessment=audit, by=ALICE)
    assert spoc().post(reverse("assessment_reopen", args=[audit.pk]), {"because": "No"}).status_code == 404


# Beside each other, and over time -------------------------------------------------------------------------------------------------


def three() -> tuple[Assessment, Assessment, Assessment]:
    """Self, provider and auditor on one edition: they differ on C02 and C03."""
    edition, town = assessed.edition(), cast.ronse()
    own = answered(opened(town, edition), C01="met", C02="met", C03="met")
    provider = assessments.open_for_customers(organisations=[town], author=cast.provider(), edition=edition, by=ALICE)[
        0
    ]
    answered(provider, C01="met", C02="not_met")
    audit = opened(town, edition, kind="external", auditor=cast.assessor())
    answered(audit, C01="met", C03="not_testable")
    return own, provider, audit


def test_three_columns_stand_beside_each_other_where_they_disagree_first() -> None:
    own, provider, audit = three()
    with translation.override("en"):
        page = text(signed_in(cast.duty_officer()).get(reverse("assessment_beside", args=[own.pk])))
        town = text(spoc().get(reverse("assessment_beside", args=[own.pk])))
    assert all(one.number in page for one in (own, provider, audit))
    assert page.index(">C02<") < page.index(">C03<") < page.index(">C01<")
    assert audit.number not in town  # until it is submitted
    assert provider.number in town
    only = text(signed_in(cast.duty_officer()).get(reverse("assessment_beside", args=[own.pk]) + "?only=4"))
    assert ">C02<" in only
    assert ">C01<" not in only
    sheet = signed_in(cast.duty_officer()).get(reverse("assessment_beside", args=[own.pk]) + "?format=csv")
    assert b"".join(sheet.streaming_content).count(b"\n") == 7


def test_an_auditor_sees_the_others_only_after_his_own_is_submitted_or_when_it_was_shared() -> None:
    own, provider, audit = three()
    client, address = signed_in(cast.assessor()), reverse("assessment_beside", args=[audit.pk])
    assert own.number not in text(client.get(address))
    assert signed_in(cast.provider_user()).post(reverse("assessment_share", args=[audit.pk])).status_code == 403
    assert signed_in(cast.spoc_user(cast.eupen())).post(reverse("assessment_share", args=[audit.pk])).status_code == 404
    spoc().post(reverse("assessment_share", args=[audit.pk]))
    assert own.number in text(client.get(address))
    assert provider.number in text(client.get(address))
    assert client.get(reverse("assessment", args=[own.pk])).status_code == 404  # beside his own, and nowhere else
    Assessment.objects.filter(pk=audit.pk).update(shared_at=None)
    assert own.number not in text(client.get(address))
    audit.refresh_from_db()
    assessments.submit_assessment(assessment=audit, by=ALICE)
    assert own.number in text(client.get(address))


def test_an_auditor_never_sees_another_auditors_audit() -> None:
    _own, _provider, audit = three()
    assessments.submit_assessment(assessment=audit, by=ALICE)
    audits.end_assignment(assessment=audit, by=ALICE)
    second = opened(cast.ronse(), audit.edition, kind="external", auditor=cast.assessor())
    assert second.previous_id == audit.pk
    answered(second, C01="met")
    client = signed_in(cast.assessor())
    for name in ("assessment_beside", "assessment_time"):
        assert audit.number not in text(client.get(reverse(name, args=[second.pk])))


def test_over_time_says_what_improved_what_fell_back_and_what_nobody_knows() -> None:
    first = answered(opened(cast.ronse()), C01="not_met", C02="met", C03="met", C04="met")
    assessments.submit_assessment(assessment=first, by=ALICE)
    second = answered(opened(cast.ronse(), first.edition), C01="met", C02="not_met", C03="error", C04="met", C05="met")
    with translation.override("en"):
        page = text(spoc().get(reverse("assessment_time", args=[second.pk])))
    words = ["Fell back", "Nobody knows", "Improved", "New", "As it was"]
    places = [page.rindex(f"{word}</span>") for word in words]
    assert places == sorted(places)
    assert 'role="img"' in page  # a bar for each time, with its words
    assert "The test failed: 1" in page


# Together -------------------------------------------------------------------------------------------------------------------------


def grid() -> tuple[Client, Assessment, str, str]:
    made = assessments.open_for_customers(
        organisations=[cast.ronse()], author=cast.provider(), edition=assessed.edition(), by=ALICE
    )[0]
    control = answer(made, "C01").control
    page = reverse("assessments_together", args=[cast.provider().pk, made.edition_id])
    save = reverse("assessments_together_save", args=[cast.provider().pk, made.edition_id, control.pk])
    return signed_in(cast.provider_user()), made, page, save


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain form", "script"])
def test_a_row_is_saved_for_all_with_an_exception(headers: dict[str, str]) -> None:
    desk, made, page, save = grid()
    assert "Ronse" in text(desk.get(page))
    assert desk.post(save, {"version": 0, "status": "met"}, headers=headers).status_code == (200 if headers else 302)
    row = answer(made, "C01")
    assert (row.status, row.common) == ("met", True)
    cell = {f"cell_{row.pk}": "not_met", f"was_{row.pk}": "as_all", f"version_{row.pk}": row.version}
    desk.post(save, {"version": 1, "status": "met", **cell}, headers=headers)
    row = answer(made, "C01")
    assert (row.status, row.common) == ("not_met", False)
    older = desk.post(save, {"version": 0, "status": "partly"}, headers=headers)
    assert older.status_code == (200 if headers else 409)
    assert 'role="alert"' in text(older)
    assert 'value="partly" selected' in text(older)


def test_the_grid_is_of_the_provider_itself() -> None:
    desk, made, page, save = grid()
    assert spoc().get(page).status_code == 403
    stranger = reverse("assessments_together", args=[cast.ronse().pk, made.edition_id])
    assert desk.get(stranger).status_code == 404
    cast.provider().supplies.update(consent=False)
    assert "Ronse" not in text(desk.get(page))
    desk.post(save, {"version": 0, "status": "met"})
    assert answer(made, "C01").status == "open"


def test_figures_alone_are_an_answer_and_nobody_is_said_not_to_know_it() -> None:
    made = opened(cast.ronse(), current("cyfun-2025"), level="basic")
    row = answer(made, "PR.AA-03.2")
    answers.save_answer(answer=row, version=0, by=ALICE, documentation=4, implementation=3)
    page = text(spoc().get(reverse("assessment", args=[made.pk])))
    assert "Scored: 1, Not answered yet: 7" in page
    assert "PR.AA Identity and access" in page
    kept = text(signed_in(cast.duty_officer()).get(reverse("answer", args=[row.pk])))
    assert "Scored" in kept
    assert "maturity 4 / 3" in kept
    assert "Not answered yet" not in kept
    result = result_of(Assessment.objects.get(pk=made.pk))
    assert (result["answered"], result["counts"]["scored"], result["counts"]["open"]) == (1, 1, 33)
    assert "PR.AA-03.2" not in result["unsaid"]
    assert len(result["unsaid"]) == 33


# What follows ---------------------------------------------------------------------------------------------------------------------


def test_an_auditor_writes_a_finding_of_what_is_not_in_place() -> None:
    audit = answered(opened(cast.ronse(), kind="external", auditor=cast.assessor()), C01="not_met")
    row, client = answer(audit, "C01"), signed_in(cast.assessor())
    assert client.post(reverse("answer_finding", args=[row.pk])).status_code == 302
    made = Finding.objects.get()
    assert (made.origin, made.assessment_id, made.title) == ("audit", audit.pk, "C01 Control 1")
    assert made.control_id == row.control_id
    assert made.number in text(client.get(reverse("answer", args=[row.pk])))
    assert made.number in text(client.get(reverse("finding_edit", args=[made.pk])))
    client.post(reverse("finding_edit", args=[made.pk]), {"title": "A password alone", "target": "vpn.ronse.be"})
    made.refresh_from_db()
    assert (made.title, made.target) == ("A password alone", "vpn.ronse.be")
    assert made.number in text(client.get(reverse("answer", args=[row.pk]))), "under whatever title"
    assert spoc().post(reverse("answer_finding", args=[row.pk])).status_code == 403
    other = answered(opened(cast.eupen(), audit.edition, kind="external"), C01="not_met")
    assert client.post(reverse("answer_finding", args=[answer(other, "C01").pk])).status_code == 404


def test_what_is_not_in_place_asks_for_a_measure_and_an_audit_that_goes_on_does_not() -> None:
    made = answered(opened(cast.ronse()), C01="not_met", C04="met")
    page = text(spoc().get(reverse("assessment_part", args=[made.pk, "PR.AA"])))
    assert page.count(reverse("measure_new") + "?answer=") == 1
    audit = answered(opened(cast.ronse(), made.edition, kind="external"), C01="not_met")
    assert spoc().get(reverse("measure_gaps", args=[made.pk])).status_code == 200
    assert spoc().get(reverse("measure_gaps", args=[audit.pk])).status_code == 404


def test_no_figure_of_an_audit_that_goes_on_tells_the_town_what_was_found() -> None:
    answered(opened(cast.ronse(), kind="external", auditor=cast.assessor()), C01="error", C02="not_testable")
    for user, expected, lines in ((cast.spoc_user(cast.ronse()), b",,", 1), (cast.assessor(), b",2,", 2)):
        sheet = b"".join(signed_in(user).get(reverse("assessments") + "?format=csv").streaming_content)
        assert expected in sheet.splitlines()[1]
        found = b"".join(signed_in(user).get(reverse("assessments") + "?unclear=yes&format=csv").streaming_content)
        assert len(found.splitlines()) == lines  # the filter tells the town nothing either
