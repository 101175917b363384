"""A SPOC reports: signed in, through the link of a message, and from what we warned of."""

from __future__ import annotations

import pytest
from django.test import Client

from paraat.alerts import links
from paraat.alerts.models import Delivery, Notice
from paraat.incidents.models import Report
from paraat.kernel.marking import Tlp
from paraat.observations.models import Finding
from paraat.platform import moment
from tests import cast
from tests.alerts import staging
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db

FORM = {"text": "Mailboxes are gone", "kind": "ransomware", "services": "mail"}


def test_a_spoc_reports_for_its_own_organisation_and_reads_what_to_do() -> None:
    ronse = cast.ronse()
    client = client_of(cast.spoc_user(ronse))
    assert "/portal/report/" in page(client, "/portal/")
    text = said(client, "/portal/report/", FORM)
    report = Report.objects.get()
    assert (report.organisation, report.through, report.verification) == (ronse, "portal", "signed_in")
    assert report.contact == cast.contact(ronse) and report.user and report.verified_by
    assert report.code in text and "Pull the network cable" in text and "VTC" in text and "(APD)" not in text
    assert report.number in page(client, "/portal/reports/") and report.number in page(client, "/portal/")


def test_a_spoc_who_plays_in_an_exercise_reports_within_it() -> None:
    ronse = cast.ronse()
    client = client_of(cast.spoc_user(ronse))
    said(client, "/portal/report/", FORM | {"exercise": "on"})
    assert Report.objects.get().exercise
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    assert 'name="exercise"' not in page(client, f"/portal/report/?notice={notice.pk}")
    said(client, f"/portal/report/?notice={notice.pk}", FORM | {"exercise": "on"})
    assert not Report.objects.get(notice=notice.pk).exercise


def test_a_spoc_sees_no_report_of_another_organisation() -> None:
    client = client_of(cast.spoc_user(cast.ronse()))
    said(client, "/portal/report/", FORM)
    report = Report.objects.get()
    other = client_of(cast.spoc_user(cast.eupen()))
    assert other.get(f"/portal/reports/{report.pk}/").status_code == 404
    assert report.number not in page(other, "/portal/reports/") and report.number not in page(other, "/portal/")
    for user in (cast.observer(), cast.partner_user(), cast.auditor(), cast.provider_user()):
        for path in ("/portal/report/", "/portal/reports/", f"/portal/reports/{report.pk}/"):
            assert client_of(user).get(path).status_code == 403
    assert Client().get("/portal/report/").status_code == 302


def test_from_a_notice_in_one_step_with_its_marking_and_its_exercise() -> None:
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse, exercise=True), ronse)
    Notice.objects.filter(pk=notice.pk).update(tlp=Tlp.RED)
    client = client_of(cast.spoc_user(ronse))
    assert f"/portal/report/?notice={notice.pk}" in page(client, f"/portal/{notice.pk}/")
    assert "www.ronse.be" in page(client, f"/portal/report/?notice={notice.pk}")
    said(client, f"/portal/report/?notice={notice.pk}", FORM)
    report = Report.objects.get()
    assert (report.through, report.notice, report.exercise, report.tlp) == ("alert", notice.pk, True, Tlp.RED)
    assert report.number in page(client, f"/portal/{notice.pk}/")
    other = client_of(cast.spoc_user(cast.eupen()))
    assert other.get(f"/portal/report/?notice={notice.pk}").status_code == 404


def test_an_officer_makes_a_report_of_a_notice_once() -> None:
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    client = officer()
    assert "Make a report of it" in page(client, f"/alerts/notices/{notice.pk}/")
    for _twice in range(2):
        client.post(f"/reports/from/notice/{notice.pk}/")
    report = Report.objects.get()
    assert report.organisation == ronse and "www.ronse.be" in report.text
    assert report.number in page(client, f"/alerts/notices/{notice.pk}/")
    assert client_of(cast.auditor()).post(f"/reports/from/notice/{notice.pk}/").status_code == 403
    assert "Make a report of it" not in page(client_of(cast.auditor()), f"/alerts/notices/{notice.pk}/")


def test_an_officer_makes_a_report_of_a_line_of_a_list() -> None:
    ronse = cast.ronse()
    staging.run_of({ronse: ["www.ronse.be"]}, exercise=True)
    finding = Finding.objects.get()
    Finding.objects.update(exercise=True)
    client = officer()
    assert f"/reports/from/finding/{finding.pk}/" in page(client, f"/organisations/{ronse.pk}/")
    client.post(f"/reports/from/finding/{finding.pk}/")
    report = Report.objects.get()
    assert (report.through, report.finding, report.exercise, report.organisation) == (
        "observation",
        finding.pk,
        True,
        ronse,
    )


def test_the_link_of_a_message_reports_without_an_account_and_is_called_back() -> None:
    ronse = cast.ronse()
    delivery = Delivery.objects.get(alert=staging.alert_for(ronse))
    token = links.notice_token(delivery)
    assert f"/n/{token}/report/" in page(Client(), f"/n/{token}/")
    text = body(Client().post(f"/n/{token}/report/", FORM))
    report = Report.objects.get()
    assert (report.organisation, report.verification, report.contact) == (ronse, "none", delivery.contact)
    assert report.code in text and report.notice is not None
    assert Client().get("/n/nonsense/report/").status_code == 404
    assert Client().post(f"/n/{token}/report/", {}).status_code == 400


def test_who_answers_for_two_organisations_chooses_one_of_them() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    user = cast.spoc_user(ronse)
    user.memberships.create(role="spoc", organisation=eupen, contact=cast.contact(eupen))
    client = client_of(user)
    assert "Eupen" in page(client, "/portal/report/")
    said(client, "/portal/report/", FORM | {"organisation": str(eupen.pk)})
    assert Report.objects.get().organisation == eupen
    assert client.post("/portal/report/", FORM | {"organisation": str(cast.wemmel().pk)}).status_code in {200, 400}
    assert Report.objects.count() == 1


def test_the_organisation_page_tells_each_what_is_theirs() -> None:
    ronse = cast.ronse()
    said(client_of(cast.spoc_user(ronse)), "/portal/report/", FORM)
    report, path = Report.objects.get(), f"/organisations/{ronse.pk}/"
    assert report.number in page(officer(), path) and f"/organisations/{ronse.pk}/first-hour/" in page(officer(), path)
    assert report.number in page(client_of(cast.spoc_user(ronse)), path)
    for user in (cast.observer(), cast.partner_user(), cast.provider_user(), cast.spoc_user(cast.eupen())):
        answer = client_of(user).get(path)
        assert answer.status_code in {200, 404} and report.number not in body(answer)
    assert report.received_at <= moment.now()
