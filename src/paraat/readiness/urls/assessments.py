"""The addresses of assessments."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import (  # fmt: skip
    answering,
    assessments,
    assessments_compared,
    assessments_opening,
    assessments_together,
    audits,
)

_GRID = "assessments/together/<uuid:author>/<uuid:edition>/"

urlpatterns = [
    path("assessments/", assessments.listing, name="assessments"),
    path("assessments/new/", assessments_opening.new, name="assessment_new"),
    path(_GRID, assessments_together.grid, name="assessments_together"),
    path(f"{_GRID}<uuid:control>/", assessments_together.save, name="assessments_together_save"),
    path("assessments/<uuid:pk>/", assessments.one, name="assessment"),
    path("assessments/<uuid:pk>/part/<str:key>/", answering.part, name="assessment_part"),
    path("assessments/<uuid:pk>/beside/", assessments_compared.beside, name="assessment_beside"),
    path("assessments/<uuid:pk>/time/", assessments_compared.over_time, name="assessment_time"),
    path("assessments/<uuid:pk>/submit/", assessments.submit, name="assessment_submit"),
    path("assessments/<uuid:pk>/reopen/", assessments.reopen, name="assessment_reopen"),
    path("assessments/<uuid:pk>/close/", assessments.close, name="assessment_close"),
    path("assessments/<uuid:pk>/due/", assessments.due, name="assessment_due"),
    path("assessments/<uuid:pk>/auditor/", audits.assign, name="assessment_auditor"),
    path("assessments/<uuid:pk>/auditor/end/", audits.end, name="assessment_auditor_end"),
    path("assessments/<uuid:pk>/share/", audits.share, name="assessment_share"),
    path("assessments/answers/<uuid:pk>/", answering.one, name="answer"),
    path("assessments/answers/<uuid:pk>/save/", answering.save, name="answer_save"),
    path("assessments/answers/<uuid:pk>/finding/", answering.finding, name="answer_finding"),
    path("assessments/answers/<uuid:pk>/attach/", answering.attach, name="answer_attach"),
    path("assessments/files/<uuid:pk>/", answering.file, name="answer_file"),
    path("assessments/files/<uuid:pk>/withdraw/", answering.withdraw, name="answer_withdraw"),
]
