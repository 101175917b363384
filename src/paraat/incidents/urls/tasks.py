"""The addresses of the tasks of cases, and of playbooks."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import playbooks, tasks

urlpatterns = [
    path("cases/tasks/", tasks.listing, name="case_tasks"),
    path("cases/<uuid:pk>/tasks/new/", tasks.new, name="case_task_new"),
    path("cases/<uuid:pk>/tasks/playbook/", tasks.playbook, name="case_playbook"),
    path("cases/<uuid:pk>/tasks/<uuid:task>/", tasks.one, name="case_task"),
    path("cases/<uuid:pk>/tasks/<uuid:task>/done/", tasks.done, name="case_task_done"),
    path("cases/<uuid:pk>/tasks/<uuid:task>/drop/", tasks.drop, name="case_task_drop"),
    path("cases/<uuid:pk>/tasks/<uuid:task>/reopen/", tasks.reopen, name="case_task_reopen"),
    path("playbooks/", playbooks.listing, name="playbooks"),
    path("playbooks/<slug:key>/", playbooks.one, name="playbook"),
    path("playbooks/<slug:key>/edit/", playbooks.edit, name="playbook_edit"),
    path("playbooks/<slug:key>/<int:version>/", playbooks.one, name="playbook_version"),
    path("playbooks/<slug:key>/<int:version>/use/", playbooks.activate, name="playbook_activate"),
]
