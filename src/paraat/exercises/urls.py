"""The addresses of exercises."""

from __future__ import annotations

from django.urls import path

from paraat.exercises.views import control, exercises, players, reports

urlpatterns = [
    path("exercises/", exercises.listing, name="exercises"),
    path("exercises/plan/<slug:scenario>/", exercises.plan, name="exercise_plan"),
    path("exercises/<uuid:pk>/", players.one, name="exercise"),
    path("exercises/<uuid:pk>/parts/", players.parts, name="exercise_parts"),
    path("exercises/<uuid:pk>/report/", reports.one, name="exercise_report"),
    path("exercises/<uuid:pk>/report.pdf", reports.pdf, name="exercise_report_pdf"),
    path("exercises/<uuid:pk>/report.json", reports.machine, name="exercise_report_json"),
    path("exercises/<uuid:pk>/control/", control.one, name="exercise_control"),
    path("exercises/<uuid:pk>/control/parts/", control.parts, name="exercise_control_parts"),
    path("exercises/<uuid:pk>/start/", control.start, name="exercise_start"),
    path("exercises/<uuid:pk>/pause/", control.pause, name="exercise_pause"),
    path("exercises/<uuid:pk>/resume/", control.resume, name="exercise_resume"),
    path("exercises/<uuid:pk>/speed/", control.speed, name="exercise_speed"),
    path("exercises/<uuid:pk>/end/", control.end, name="exercise_end"),
    path("exercises/<uuid:pk>/injects/<uuid:inject>/play/", control.play, name="exercise_play"),
    path("exercises/<uuid:pk>/injects/<uuid:inject>/skip/", control.skip, name="exercise_skip"),
]
