"""The addresses of alerts, notices, calls, the outbox, announcements and coverage."""

from __future__ import annotations

from django.urls import path

from paraat.alerts.views import alerts, announcements, calls, coverage, inbox, notices, outbox, spoc, webhooks

urlpatterns = [
    path("alerts/", alerts.listing, name="alerts"),
    path("alerts/notices/", notices.listing, name="notices"),
    path("alerts/notices/<uuid:pk>/", notices.one, name="notice"),
    path("alerts/notices/<uuid:pk>/acknowledge/", notices.acknowledge, name="notice_acknowledge"),
    path("alerts/notices/<uuid:pk>/mitigation/", notices.mitigation, name="notice_mitigation"),
    path("alerts/notices/<uuid:pk>/site/", notices.site, name="notice_site"),
    path("alerts/notices/<uuid:pk>/take/", notices.take, name="notice_take"),
    path("alerts/<uuid:pk>/", alerts.one, name="alert"),
    path("alerts/<uuid:pk>/parts/", alerts.parts, name="alert_parts"),
    path("alerts/<uuid:pk>/release/", alerts.release, name="alert_release"),
    path("alerts/<uuid:pk>/decline/", alerts.decline, name="alert_decline"),
    path("alerts/<uuid:pk>/ring/", alerts.ring, name="alert_ring"),
    path("alerts/<uuid:pk>/withdraw/", alerts.withdraw, name="alert_withdraw"),
    path("coverage/", coverage.listing, name="coverage"),
    path("me/webhooks/", webhooks.webhooks, name="webhooks"),
    path("me/webhooks/<uuid:webhook>/end/", webhooks.end, name="webhook_end"),
    path("outbox/", outbox.listing, name="outbox"),
    path("outbox/stop/", outbox.stop, name="sending_stop"),
    path("outbox/resume/", outbox.resume, name="sending_resume"),
    path("inbound/", inbox.listing, name="inbox"),
    path("inbound/<uuid:pk>/", inbox.one, name="inbound"),
    path("inbound/<uuid:pk>/read/", inbox.read, name="inbound_read"),
    path("calls/", calls.listing, name="calls"),
    path("calls/print/", calls.sheet, name="calls_print"),
    path("calls/<uuid:pk>/claim/", calls.claim, name="call_claim"),
    path("calls/<uuid:pk>/release/", calls.release, name="call_release"),
    path("calls/<uuid:pk>/close/", calls.close, name="call_close"),
    path("calls/<uuid:pk>/reopen/", calls.reopen, name="call_reopen"),
    path("announcements/", announcements.listing, name="announcements"),
    path("announcements/new/", announcements.write, name="announcement_new"),
    path("announcements/<uuid:pk>/", announcements.preview, name="announcement"),
    path("announcements/<uuid:pk>/approve/", announcements.approve, name="announcement_approve"),
    path("announcements/<uuid:pk>/send/", announcements.send, name="announcement_send"),
    path("n/<str:token>/", spoc.signed, name="notice_link"),
    path("n/<str:token>/acknowledge/", spoc.signed_acknowledge, name="notice_link_acknowledge"),
    path("n/<str:token>/measure/", spoc.signed_measure, name="notice_link_measure"),
    path("n/<str:token>/site/", spoc.signed_site, name="notice_link_site"),
    path("portal/", spoc.portal, name="portal"),
    path("portal/<uuid:pk>/", spoc.mine, name="portal_notice"),
    path("portal/<uuid:pk>/acknowledge/", spoc.acknowledge, name="portal_acknowledge"),
    path("portal/<uuid:pk>/measure/", spoc.measure, name="portal_measure"),
    path("portal/<uuid:pk>/site/", spoc.site, name="portal_site"),
]
