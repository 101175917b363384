"""The addresses of sessions."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import session_deeds, session_ours, sessions

urlpatterns = [
    path("sessions/", sessions.listing, name="sessions"),
    path("sessions/ours/", session_ours.listing, name="sessions_ours"),
    path("sessions/new/", sessions.plan, name="session_new"),
    path("sessions/<uuid:pk>/", sessions.one, name="session"),
    path("sessions/<uuid:pk>/edit/", sessions.edit, name="session_edit"),
    path("sessions/<uuid:pk>/invite/", sessions.invite, name="session_invite"),
    path("sessions/<uuid:pk>/calendar.ics", sessions.calendar, name="session_calendar"),
    path("sessions/<uuid:pk>/add/", session_deeds.add, name="session_add"),
    path("sessions/<uuid:pk>/hold/", session_deeds.hold, name="session_hold"),
    path("sessions/<uuid:pk>/cancel/", session_deeds.cancel, name="session_cancel"),
    path("sessions/<uuid:pk>/chase/", session_deeds.chase, name="session_chase"),
    path("sessions/<uuid:pk>/attendance/", session_deeds.attendance, name="session_attendance"),
    path("sessions/<uuid:pk>/attendance/read/", session_deeds.read, name="session_attendance_read"),
    path("sessions/<uuid:pk>/attendance/<uuid:attendance>/", session_deeds.tick, name="session_tick"),
    path("sessions/<uuid:pk>/material/", session_deeds.material_add, name="session_material_add"),
    path("sessions/<uuid:pk>/material/<uuid:item>/", sessions.material, name="session_material"),
    path(
        "sessions/<uuid:pk>/material/<uuid:item>/remove/", session_deeds.material_remove, name="session_material_remove"
    ),
    path("sessions/<uuid:pk>/questions/<uuid:question>/", session_deeds.reply, name="session_reply"),
    path("sessions/<uuid:pk>/ask/", session_ours.ask, name="session_ask"),
    path("sessions/<uuid:pk>/answer/<uuid:attendance>/", session_ours.answer, name="session_answer"),
    path("sessions/<uuid:pk>/feedback/<uuid:attendance>/", session_ours.feedback, name="session_feedback"),
]
