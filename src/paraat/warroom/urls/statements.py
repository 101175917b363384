"""The addresses of statements and of the press log."""

from __future__ import annotations

from django.urls import path

from paraat.warroom.views import press, statements

_ROOM = "rooms/<uuid:room>/"
_ONE = f"{_ROOM}statements/<uuid:pk>/"

urlpatterns = [
    path("say/", statements.say, name="say"),
    path(f"{_ROOM}say/", statements.say, name="room_say"),
    path(f"{_ROOM}statements/", statements.listing, name="statements"),
    path(f"{_ROOM}statements/new/", statements.new, name="statement_new"),
    path(_ONE, statements.one, name="statement"),
    path(f"{_ONE}edit/", statements.edit, name="statement_edit"),
    path(f"{_ONE}submit/", statements.submit, name="statement_submit"),
    path(f"{_ONE}approve/", statements.approve, name="statement_approve"),
    path(f"{_ONE}withdraw/", statements.withdraw, name="statement_withdraw"),
    path(f"{_ROOM}press/", press.listing, name="press"),
    path(f"{_ROOM}press/new/", press.new, name="press_new"),
    path(f"{_ROOM}press/<uuid:pk>/", press.answer, name="press_answer"),
]
