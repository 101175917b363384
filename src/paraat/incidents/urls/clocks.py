"""The addresses of statutory clocks, their steps, and the regimes of organisations."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import clocks, filings, regimes

_ONE = "clocks/<uuid:pk>/"
_STEP = f"{_ONE}steps/<uuid:step>/"

urlpatterns = [
    path("clocks/", clocks.listing, name="clocks"),
    path(_ONE, clocks.one, name="clock"),
    path(f"{_ONE}decide/", clocks.decide, name="clock_decide"),
    path(f"{_ONE}no-duty/", clocks.no_duty, name="clock_no_duty"),
    path(f"{_ONE}recipient/", clocks.recipient, name="clock_recipient"),
    path(f"{_ONE}facts/", clocks.fact, name="clock_fact"),
    path(_STEP, filings.one, name="clock_step"),
    path(f"{_STEP}draft/", filings.save, name="clock_step_save"),
    path(f"{_STEP}submit/", filings.submit, name="clock_step_submit"),
    path(f"{_STEP}waive/", filings.waive, name="clock_step_waive"),
    path(f"{_STEP}paper/", filings.paper, name="clock_step_paper"),
    path(f"{_STEP}data/", filings.data, name="clock_step_data"),
    path("cases/<uuid:pk>/clocks/", clocks.start, name="clock_start"),
    path("organisations/<uuid:pk>/regimes/", regimes.edit, name="organisation_regimes"),
]
