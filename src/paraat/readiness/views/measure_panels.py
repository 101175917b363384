"""What measures put on other pages: of a finding, an answer, a lesson; of an organisation; and of the SPOC's and the supplier's first page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform import moment
from paraat.platform.panels import render
from paraat.readiness import measure_rights as rights
from paraat.readiness.assessing import whose
from paraat.readiness.measure_words import LOOKS, SUPPLIER_LOOKS
from paraat.readiness.models import Answer, Assessment, Lesson, Measure, SupplierMeasure
from paraat.readiness.rules import measures as rules
from paraat.readiness.rules.assessments import reads_answers
from paraat.registry.models import Organisation

SHOWN = 3
SOURCES = {"finding": "findings", "answer": "answers", "lesson": "lessons"}


def measures_panel(kind: str, row: Any, viewer: Viewer) -> str | None:
    """The measures of a finding, an answer or a lesson (`kind`) that the viewer may see, and the button to plan one.

    On a page that many organisations read (a lesson) each sees its own measures only.
    """
    measures = list(Measure.objects.visible_to(viewer).filter(**{SOURCES[kind]: row.pk})[:50])
    plan = _plan(kind, row, viewer)
    if not measures and not plan:
        return None
    context = {"measures": measures, "plan": plan, "gaps": "", **_looks()}
    return render("readiness/measures/panel.html", context)


def of_answer(viewer: Viewer, answer: Answer) -> str | None:
    """The measures that an answer asks for."""
    return measures_panel("answer", answer, viewer)


def of_lesson(viewer: Viewer, lesson: Lesson) -> str | None:
    """The reader's own measures from a lesson; of a draft there are none."""
    return measures_panel("lesson", lesson, viewer) if lesson.state != Lesson.State.DRAFT else None


def of_assessment(viewer: Viewer, assessment: Assessment) -> str | None:
    """The measures of an assessment, and where measures for its gaps are planned."""
    measures = list(Measure.objects.visible_to(viewer).filter(answers__assessment=assessment.pk).distinct()[:50])
    works = viewer.has(*rights.WORKS) and rights.works_for(viewer, assessment.organisation)
    works = works and reads_answers(viewer, whose(assessment))
    gaps = reverse("measure_gaps", args=[assessment.pk]) if works else ""
    if not measures and not gaps:
        return None
    return render("readiness/measures/panel.html", {"measures": measures, "plan": "", "gaps": gaps, **_looks()})


def _plan(kind: str, row: Any, viewer: Viewer) -> str:
    """Where this viewer plans one for it; nothing where it may not. For a lesson a SPOC plans for its own organisation."""
    if not viewer.has(*rights.WORKS):
        return ""
    organisation = row.assessment.organisation if isinstance(row, Answer) else getattr(row, "organisation", None)
    if organisation is not None:
        asked = {kind: row.pk} if rights.works_for(viewer, organisation) else None
    else:
        own = next(iter(viewer.own), None) if viewer.has(Role.SPOC) else None
        asked = {kind: row.pk, "organisation": own} if own else None
    return f"{reverse('measure_new')}?{urlencode(asked)}" if asked else ""


def _looks() -> dict[str, Any]:
    return {"looks": LOOKS, "late": rules.days_late, "today": moment.today()}


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """How many measures it has, how many are late, and the report for its council; of a supplier, what it was asked."""
    ours = viewer.has(Role.SPOC) and organisation.pk in viewer.own
    if not organisation.constituent:
        return _of_supplier(viewer, organisation)
    if not viewer.has(*WATCHES) and not ours:
        return None
    return render("readiness/measures/panel_organisation.html", _figures(viewer, organisation) | {"ours": ours})


def _figures(viewer: Viewer, organisation: Organisation) -> dict[str, Any]:
    rows = Measure.objects.visible_to(viewer).real().filter(organisation=organisation)
    late = Q(state__in=rules.OPEN, due_on__lt=moment.today())
    counts = rows.order_by().aggregate(
        all=Count("pk"),
        late=Count("pk", filter=late),
        open=Count("pk", filter=Q(state__in=rules.OPEN)),
        done=Count("pk", filter=Q(state=Measure.State.DONE)),
        verified=Count("pk", filter=Q(state=Measure.State.VERIFIED)),
    )
    first = list(rows.open().order_by("due_on", "pk")[:SHOWN])
    works = rights.works_for(viewer, organisation)
    return {"organisation": organisation, "counts": counts, "first": first, "works": works}


def _of_supplier(viewer: Viewer, organisation: Organisation) -> str | None:
    if not viewer.has(*rights.SUPPLIES):
        return None
    rows = list(SupplierMeasure.objects.visible_to(viewer).filter(organisation=organisation)[:20])
    return render("readiness/measures/panel_supplier.html", {"rows": rows, "looks": SUPPLIER_LOOKS}) if rows else None


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the first page of a SPOC: its measures, what is late first; of a provider: what its customers wait for."""
    if viewer.has(Role.SPOC) and len(viewer.own) == 1:
        own = Organisation.objects.filter(pk__in=viewer.own, constituent=True).first()
        if own is not None:
            return render("readiness/measures/panel_organisation.html", _figures(viewer, own) | {"ours": True})
    if viewer.has(Role.PROVIDER) and viewer.own:
        rows = list(
            SupplierMeasure.objects.visible_to(viewer).filter(organisation__in=viewer.own).exclude(state="done")[:20]
        )
        return (
            render("readiness/measures/panel_supplier.html", {"rows": rows, "looks": SUPPLIER_LOOKS}) if rows else None
        )
    return None
