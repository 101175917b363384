"""The addresses of the demonstration; in production they answer 404."""

from __future__ import annotations

from django.urls import path

from paraat.web.first_minutes import views

urlpatterns = [
    path("welcome/", views.entrance, name="welcome"),
    path("welcome/enter/", views.enter, name="first_minutes_enter"),
    path("first-minutes/", views.screen, name="first_minutes"),
    path("first-minutes/now/", views.now, name="first_minutes_now"),
    path("first-minutes/drop/", views.drop, name="first_minutes_drop"),
    path("first-minutes/plug/", views.pull_plug, name="first_minutes_plug"),
    path("first-minutes/again/", views.again, name="first_minutes_again"),
]
