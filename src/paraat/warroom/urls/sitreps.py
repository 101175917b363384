"""The addresses of situation reports."""

from __future__ import annotations

from django.urls import path

from paraat.warroom.views import sitreps

_ROOM = "rooms/<uuid:room>/sitreps/"
_ONE = f"{_ROOM}<uuid:pk>/"

urlpatterns = [
    path("sitreps/", sitreps.listing, name="all_sitreps"),
    path(_ROOM, sitreps.listing, name="sitreps"),
    path(f"{_ROOM}new/", sitreps.new, name="sitrep_new"),
    path(_ONE, sitreps.one, name="sitrep"),
    path(f"{_ONE}file.<str:form>", sitreps.file, name="sitrep_file"),
    path(f"{_ONE}lines/", sitreps.add_line, name="sitrep_add_line"),
    path(f"{_ONE}lines/<str:key>/", sitreps.line, name="sitrep_line"),
    path(f"{_ONE}submit/", sitreps.submit, name="sitrep_submit"),
    path(f"{_ONE}approve/", sitreps.approve, name="sitrep_approve"),
    path(f"{_ONE}discard/", sitreps.discard, name="sitrep_discard"),
]
