"""The addresses of extortion, captured data and contagion."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import contagion, exposure, extortion

urlpatterns = [
    path("countdowns/", extortion.countdowns, name="countdowns"),
    path("cases/<uuid:pk>/claims/new/", extortion.claim, name="case_claim"),
    path("cases/<uuid:pk>/claims/<uuid:claim>/confirm/", extortion.confirm, name="case_claim_confirm"),
    path("cases/<uuid:pk>/claims/<uuid:claim>/countdown/", extortion.countdown, name="case_claim_countdown"),
    path("cases/<uuid:pk>/claims/<uuid:claim>/published/", extortion.published, name="case_claim_published"),
    path("cases/<uuid:pk>/ransom/new/", extortion.decision, name="case_ransom"),
    path("cases/<uuid:pk>/exposure/new/", exposure.new, name="case_exposure"),
    path("cases/<uuid:pk>/exposure/<uuid:exposure>/", exposure.change, name="case_exposure_change"),
    path("cases/<uuid:pk>/exposure/<uuid:exposure>/concerned/", exposure.concerned, name="case_concerned"),
    path("cases/<uuid:pk>/exposure/<uuid:exposure>/warn/", exposure.warn, name="case_exposure_warn"),
    path(
        "cases/<uuid:pk>/exposure/<uuid:exposure>/concerned/<uuid:concerned>/",
        exposure.told,
        name="case_concerned_told",
    ),
    path("cases/<uuid:pk>/contagion/", contagion.view, name="case_contagion"),
    path("cases/<uuid:pk>/contagion/<uuid:supplier>/", contagion.warn, name="case_contagion_warn"),
]
