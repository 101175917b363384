"""A demonstration has something on every page of assessments; loading it again changes nothing."""

from __future__ import annotations

import pytest

from paraat.readiness import assessment_demonstration
from paraat.readiness.actions.frameworks import load_built_in
from paraat.readiness.models import Answer, Assessment
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def test_the_demonstration_is_loaded_once() -> None:
    cast.provider()
    auditor = cast.assessor()
    assessment_demonstration.load()
    assert not Assessment.objects.exists()  # without a checklist there is nothing to measure with
    load_built_in()
    for _ in range(2):
        assessment_demonstration.load()
        found = list(Assessment.objects.order_by("opened_at").values_list("kind", "state"))
        assert found == [("self", "submitted"), ("external", "submitted"), ("self", "open"), ("provider", "open")]
    assert Assessment.objects.get(kind="external").auditor == auditor
    assert Answer.objects.filter(common=True).count() == 3
    assert Assessment.objects.filter(untestable__gt=0).count() == 2
