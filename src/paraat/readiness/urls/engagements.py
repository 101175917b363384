"""The addresses of engagements."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import engagement_deeds as deeds
from paraat.readiness.views import engagements as views

urlpatterns = [
    path("engagements/", views.listing, name="engagements"),
    path("engagements/new/", views.new, name="engagement_new"),
    path("engagements/<uuid:pk>/", views.one, name="engagement"),
    path("engagements/<uuid:pk>/parts/", views.parts, name="engagement_parts"),
    path("engagements/<uuid:pk>/terms/", views.terms, name="engagement_terms"),
    path("engagements/<uuid:pk>/questions/", views.questions, name="engagement_questions"),
    path("engagements/<uuid:pk>/report/<slug:form>/", views.report, name="engagement_report"),
    path("engagements/<uuid:pk>/do/<slug:verb>/", deeds.deed, name="engagement_do"),
    path("engagements/<uuid:pk>/scope/", deeds.scope, name="engagement_scope"),
    path("engagements/<uuid:pk>/scope/<uuid:line>/out/", deeds.scope_out, name="engagement_scope_out"),
    path("engagements/<uuid:pk>/testers/", deeds.invite, name="engagement_invite"),
    path("engagements/<uuid:pk>/testers/<uuid:tester>/away/", deeds.away, name="engagement_away"),
    path("engagements/<uuid:pk>/ask/", deeds.ask, name="engagement_ask"),
    path("engagements/<uuid:pk>/papers/<uuid:paper>/", views.paper, name="engagement_paper"),
    path("engagements/<uuid:pk>/papers/<uuid:paper>/signed/", views.signed, name="engagement_signed"),
    path("engagements/<uuid:pk>/papers/<uuid:paper>/bring/", deeds.bring, name="engagement_bring"),
    path("engagements/<uuid:pk>/papers/<uuid:paper>/check/", deeds.check, name="engagement_check"),
    path("engagements/<uuid:pk>/papers/<uuid:paper>/refuse/", deeds.refuse, name="engagement_refuse"),
]
