"""The addresses of programmes."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import call_ups, participations, programmes
from paraat.readiness.views import programmes_figures as figures
from paraat.readiness.views import programmes_history as history
from paraat.readiness.views import programmes_ours as ours

_ONE = "programmes/of/<slug:key>/"
_TAKING = "participations/<uuid:pk>/"

urlpatterns = [
    path("programmes/", programmes.listing, name="programmes"),
    path("programmes/new/", programmes.edit, name="programme_new"),
    path("programmes/ours/", ours.ours, name="programmes_ours"),
    path("programmes/figures/", figures.page, name="programme_figures"),
    path("programmes/import/", history.import_file, name="programmes_import"),
    path("programmes/quarantine/", history.quarantine, name="programmes_quarantine"),
    path("programmes/quarantine/<uuid:pk>/", history.leave_out, name="programmes_leave_out"),
    path("programmes/call-ups/<uuid:pk>/", call_ups.one, name="call_up"),
    path("programmes/call-ups/<uuid:pk>/send/", call_ups.send, name="call_up_send"),
    path(_ONE, programmes.one, name="programme"),
    path(f"{_ONE}edit/", programmes.edit, name="programme_edit"),
    path(f"{_ONE}budget/", programmes.budget, name="programme_budget"),
    path(f"{_ONE}close/", programmes.close, name="programme_close"),
    path(f"{_ONE}participations/", programmes.participations, name="programme_participations"),
    path(f"{_ONE}figures/<str:day>/<slug:what>/", figures.members, name="programme_members"),
    path(f"{_ONE}call-up/", call_ups.write, name="call_up_write"),
    path(f"{_ONE}record/", ours.record, name="programme_record"),
    path(f"{_ONE}answer/<slug:kind>/", ours.answer, name="programme_answer"),
    path(_TAKING, participations.one, name="participation"),
    path(f"{_TAKING}step/", participations.step, name="participation_step"),
    path(f"{_TAKING}steps/<uuid:step>/undo/", participations.undo, name="participation_undo"),
    path(f"{_TAKING}money/<slug:deed>/", participations.money, name="participation_money"),
    path(f"{_TAKING}withdraw/", participations.withdraw, name="participation_withdraw"),
    path(f"{_TAKING}papers/", participations.paper, name="participation_paper"),
    path(f"{_TAKING}papers/<uuid:paper>/", participations.download, name="participation_download"),
]
