"""Addresses of accounts; allauth's own stand beside them below /accounts/."""

from __future__ import annotations

from django.urls import path

from paraat.accounts.views import me, people, roster, tasks

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/sessions/<int:session>/end/", me.end_session, name="session_end"),
    path("me/tokens/", me.tokens, name="tokens"),
    path("me/tokens/<uuid:token>/revoke/", me.revoke_token, name="token_revoke"),
    path("accounts/people/", people.listing, name="people"),
    path("accounts/people/add/", people.add, name="person_add"),
    path("accounts/people/<uuid:person>/", people.person, name="person"),
    path("accounts/people/<uuid:person>/roles/", people.give_role, name="role_give"),
    path("accounts/people/<uuid:person>/roles/<uuid:membership>/end/", people.end_role, name="role_end"),
    path("accounts/people/<uuid:person>/close/", people.close, name="person_close"),
    path("accounts/people/<uuid:person>/open/", people.reopen, name="person_open"),
    path("accounts/people/<uuid:person>/welcome/", people.welcome, name="person_welcome"),
    path("accounts/people/<uuid:person>/erase/", people.erase, name="person_erase"),
    path("roster/", roster.roster, name="roster"),
    path("roster/add/", roster.add, name="shift_add"),
    path("roster/<uuid:shift>/", roster.shift, name="shift"),
    path("roster/<uuid:shift>/swap/", roster.swap, name="shift_swap"),
    path("roster/<uuid:shift>/remove/", roster.remove, name="shift_remove"),
    path("roster/calendar/<str:token>.ics", roster.own_calendar, name="roster_calendar"),
    path("roster/calendar/all/<str:token>.ics", roster.whole_calendar, name="roster_calendar_all"),
    path("tasks/", tasks.listing, name="tasks"),
    path("tasks/<uuid:task>/take/", tasks.take, name="task_take"),
    path("tasks/<uuid:task>/back/", tasks.hand_back, name="task_back"),
    path("tasks/<uuid:task>/close/", tasks.close, name="task_close"),
]
