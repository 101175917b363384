"""The addresses of reports, the emergency page and requests for help."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import cards, emergency, help_requests, phoned, portal_reports, reports, turning, verifying

urlpatterns = [
    path("n/<str:token>/report/", portal_reports.by_link, name="notice_link_report"),
    path("portal/report/", portal_reports.report, name="portal_report_new"),
    path("portal/reports/", portal_reports.listing, name="portal_reports"),
    path("portal/reports/<uuid:pk>/", portal_reports.one, name="portal_report"),
    path("portal/help/", help_requests.ask, name="help_ask"),
    path("portal/card/<uuid:pk>/", cards.mine, name="portal_card"),
    path("organisations/<uuid:pk>/first-hour/", cards.of_organisation, name="organisation_first_hour"),
    path("playbook/<slug:kind>/", cards.playbook, name="playbook_paper"),
    path("help-requests/", help_requests.listing, name="help_requests"),
    path("help-requests/<uuid:pk>/", help_requests.one, name="help_request"),
    path("help-requests/<uuid:pk>/answer/", help_requests.answer, name="help_answer"),
    path("help-requests/<uuid:pk>/withdraw/", help_requests.withdraw, name="help_withdraw"),
    path("emergency/", emergency.report, name="emergency"),
    path("emergency/<str:token>/", emergency.answer, name="emergency_answer"),
    path("reports/", reports.listing, name="reports"),
    path("reports/new/", phoned.new, name="report_new"),
    path("reports/from/notice/<uuid:pk>/", turning.from_notice, name="report_from_notice"),
    path("reports/from/finding/<uuid:pk>/", turning.from_finding, name="report_from_finding"),
    path("reports/<uuid:pk>/", reports.one, name="report"),
    path("reports/<uuid:pk>/place/", verifying.place, name="report_place"),
    path("reports/<uuid:pk>/verify/", verifying.verify, name="report_verify"),
    path("reports/<uuid:pk>/codeword/", verifying.code_word, name="report_code_word"),
]
