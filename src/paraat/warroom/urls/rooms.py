"""The addresses of rooms, signals, decisions, tasks, the log, and of what steers a room."""

from __future__ import annotations

from django.urls import path

from paraat.warroom.views import decisions, rooms, signals, steering

_ROOM = "rooms/<uuid:pk>/"

urlpatterns = [
    path("rooms/", rooms.listing, name="rooms"),
    path("rooms/open/", rooms.opening, name="room_open"),
    path(_ROOM, rooms.one, name="room"),
    path(f"{_ROOM}parts/", rooms.parts, name="room_parts"),
    path(f"{_ROOM}wall/", rooms.wall, name="room_wall"),
    path(f"{_ROOM}wall/parts/", rooms.wall_parts, name="room_wall_parts"),
    path(f"{_ROOM}signals/", signals.listing, name="room_signals"),
    path(f"{_ROOM}signals/report/<slug:lane>/", signals.report, name="room_report"),
    path(f"{_ROOM}signals/<uuid:signal>/", signals.one, name="room_signal"),
    path(f"{_ROOM}signals/<uuid:signal>/take/", signals.take, name="signal_take"),
    path(f"{_ROOM}signals/<uuid:signal>/verify/", signals.verify, name="signal_verify"),
    path(f"{_ROOM}signals/<uuid:signal>/escalate/", signals.escalate, name="signal_escalate"),
    path(f"{_ROOM}signals/<uuid:signal>/close/", signals.close, name="signal_close"),
    path(f"{_ROOM}decisions/ask/", decisions.ask, name="room_ask"),
    path(f"{_ROOM}decisions/record/", decisions.record, name="room_decide"),
    path(f"{_ROOM}decisions/<uuid:decision>/answer/", decisions.answer, name="decision_answer"),
    path(f"{_ROOM}tasks/add/", decisions.add_task, name="room_task"),
    path(f"{_ROOM}tasks/<uuid:task>/finish/", decisions.finish_task, name="room_task_finish"),
    path(f"{_ROOM}log/", decisions.lines, name="room_log"),
    path(f"{_ROOM}log/add/", decisions.add_line, name="room_line"),
    path(f"{_ROOM}steer/", steering.steer, name="room_steer"),
    path(f"{_ROOM}threat/", steering.set_threat, name="room_threat"),
    path(f"{_ROOM}state/", steering.set_state, name="room_state"),
    path(f"{_ROOM}period/", steering.set_period, name="room_period"),
    path(f"{_ROOM}lanes/add/", steering.add_lane, name="room_lane"),
    path(f"{_ROOM}triggers/add/", steering.add_trigger, name="room_trigger"),
    path(f"{_ROOM}triggers/<uuid:trigger>/pull/", steering.pull, name="trigger_pull"),
    path(f"{_ROOM}triggers/<uuid:trigger>/answer/", steering.answer, name="trigger_answer"),
    path(f"{_ROOM}participants/add/", steering.add_participant, name="room_participant"),
    path(f"{_ROOM}participants/<uuid:participant>/leave/", steering.remove_participant, name="participant_leave"),
    path(f"{_ROOM}join/", steering.join, name="room_join"),
    path(f"{_ROOM}review/", steering.review, name="room_review"),
]
