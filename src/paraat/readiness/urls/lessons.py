"""The addresses of lessons."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import lesson_answers, lesson_customers, lesson_deciding, lessons

urlpatterns = [
    path("lessons/", lessons.listing, name="lessons"),
    path("lessons/new/", lessons.new, name="lesson_new"),
    path("lessons/ours/", lesson_answers.ours, name="lessons_ours"),
    path("lessons/customers/", lesson_customers.listing, name="lessons_customers"),
    path("lessons/answers/<uuid:pk>/", lesson_answers.one, name="lesson_answer"),
    path("lessons/answers/<uuid:pk>/measure/", lesson_answers.measure, name="lesson_measure"),
    path("lessons/<uuid:pk>/", lessons.one, name="lesson"),
    path("lessons/<uuid:pk>/edit/", lessons.edit, name="lesson_edit"),
    path("lessons/<uuid:pk>/answers/", lesson_answers.listing, name="lesson_answers"),
    path("lessons/<uuid:pk>/customers/", lesson_customers.answers, name="lesson_customers"),
    path("lessons/<uuid:pk>/read/", lesson_customers.acknowledge, name="lesson_read"),
    path("lessons/<uuid:pk>/decide/<slug:deed>/", lesson_deciding.decide, name="lesson_decide"),
    path("n/<str:token>/lesson/", lesson_answers.by_link, name="notice_link_lesson"),
]
