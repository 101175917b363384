"""The grid of a service provider: a control a row, a customer a column, an answer for all and exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import words_for
from paraat.platform.picking import chosen
from paraat.readiness import assessing
from paraat.readiness import assessment_words as words
from paraat.readiness.actions.answers import OlderAnswer
from paraat.readiness.actions.together import Cell, answer_together, is_blank
from paraat.readiness.assessment_forms import AnswerForm
from paraat.readiness.models import Answer, Assessment, CommonAnswer, Control, Edition
from paraat.readiness.rules import assessments as rules
from paraat.registry.models import Organisation

AS_ALL = "as_all"
"""What a cell says that follows the answer for all."""


@dataclass(frozen=True)
class Line:
    """A control with the answer for all and a cell for every customer, in the order of the columns. `wrong`: why it was not saved."""

    control: Control
    common: CommonAnswer
    cells: tuple[Answer | None, ...]
    wrong: str = ""
    mine: Mapping[str, str] | None = None

    def value(self, answer: Answer) -> str:
        """What the select of a cell shows: what was chosen and not saved, else what is there."""
        return (self.mine or {}).get(f"cell_{answer.pk}", of_cell(answer))

    def kept(self, answer: Answer) -> str:
        """The same as it is in the database."""
        return of_cell(answer)

    def said(self, name: str) -> Any:
        """The same for the answer for all."""
        kept = getattr(self.common, name)
        return (self.mine or {}).get(name, "" if kept is None else kept)


def of_cell(answer: Answer) -> str:
    """A cell as its select names it; "open" has figures of its own and no status."""
    return AS_ALL if answer.common or is_blank(answer) else answer.status


# The grid -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(Role.PROVIDER)
def grid(request: Request, author: UUID, edition: UUID) -> HttpResponse:
    """One category of the edition for all customers whose assessment is open."""
    return _page(request, *_whose(request, author, edition), request.GET.get("part", ""))


def _whose(request: Request, author: UUID, edition: UUID) -> tuple[Organisation, Edition]:
    firm: Organisation = found(Organisation.objects.filter(pk__in=request.viewer.own), author)
    of: Edition = found(Edition.objects.select_related("framework"), edition)
    return firm, of


def _owners(request: Request, firm: Organisation, edition: Edition) -> list[Assessment]:
    """The open ones of customers that it supplies and that agree, today."""
    rows = assessing.seen(request.viewer).filter(kind=rules.PROVIDER, author=firm, edition=edition, state="open")
    return list(rows.filter(organisation__in=request.viewer.clients).order_by("organisation__name"))


def _page(
    request: Request, firm: Organisation, edition: Edition, key: str, changed: Line | None = None
) -> HttpResponse:
    owners = _owners(request, firm, edition)
    keys = _keys(edition)
    key = key if key in keys else next(iter(keys), "")
    context = _shared(firm, edition, owners) | {
        "keys": keys,
        "key": key,
        "lines": [changed if changed and changed.control == one.control else one for one in _lines(firm, edition, owners, key)],
    }  # fmt: skip
    status = 200 if changed is None else 409
    return render(request, "readiness/assessments/together.html", context, status=status)


def _shared(firm: Organisation, edition: Edition, owners: list[Assessment]) -> dict[str, Any]:
    return {
        "firm": firm,
        "edition": edition,
        "owners": owners,
        "words": words,
        "maturity": edition.framework.scoring != "checklist",
        "AS_ALL": AS_ALL,
        "now": moment.now(),
    }


def _keys(edition: Edition) -> dict[str, str]:
    """The pages of an edition, each with its function, in order."""
    rows = Control.objects.filter(edition=edition).order_by("position").values_list("function", "category")
    return {rules.part_key(function, category): function for function, category in rows}


def _lines(firm: Organisation, edition: Edition, owners: list[Assessment], key: str, only: UUID | None = None) -> list[Line]:  # fmt: skip
    """The rows of one page: three queries, however many customers."""
    rows = Control.objects.filter(edition=edition).order_by("position")
    controls = [one for one in rows if rules.part_key(one.function, one.category) == key and only in {None, one.pk}]
    common = {one.control_id: one for one in CommonAnswer.objects.filter(author=firm, control__in=controls)}
    by_control: defaultdict[UUID, dict[UUID, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(assessment__in=owners, control__in=controls):
        by_control[answer.control_id][answer.assessment_id] = answer
    return [
        Line(one, common.get(one.pk) or CommonAnswer(author=firm, control=one), tuple(by_control[one.pk].get(owner.pk) for owner in owners))
        for one in controls
        if by_control[one.pk]  # nobody's level asks it
    ]  # fmt: skip


# Saving a row ---------------------------------------------------------------------------------------------------------------------


@require_POST
@allow(Role.PROVIDER)
def save(request: Request, author: UUID, edition: UUID, control: UUID) -> HttpResponse:
    """Save one row: the answer for all, and the cells that were touched."""
    firm, of = _whose(request, author, edition)
    asked: Control = found(Control.objects.filter(edition=of), control)
    owners, wrong = _owners(request, firm, of), ""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        wrong = "; ".join(str(one) for errors in form.errors.values() for one in errors)
    else:
        try:
            answer_together(
                author=firm,
                control=asked,
                customers=[one.organisation_id for one in owners],
                by=request.actor,
                version=form.cleaned_data["version"],
                cells=_cells(request),
                **{name: value for name, value in form.given().items() if name != "explained_until"},
            )
        except ParaatError as error:
            wrong = words_for(error)
            if isinstance(error, OlderAnswer):
                wrong = _now(
                    "Somebody else saved this row first. What you chose stands here, what is kept now beside it."
                )
    return _answered(request, firm, of, owners, asked, wrong)


def _cells(request: Request) -> dict[UUID, Cell]:
    """The cells that the writer touched: those whose choice differs from what was shown."""
    found: dict[UUID, Cell] = {}
    for name, value in request.POST.items():
        kind, _, key = name.partition("_")
        if kind != "cell" or value == request.POST.get(f"was_{key}"):
            continue
        version = request.POST.get(f"version_{key}", "")
        for pk in chosen([key]):
            found[pk] = Cell(None if value == AS_ALL else str(value), int(version) if version.isdigit() else -1)
    return found


def _answered(
    request: Request, firm: Organisation, edition: Edition, owners: list[Assessment], control: Control, wrong: str
) -> HttpResponse:
    """The row alone for a script; the page again for a browser without one."""
    key = rules.part_key(control.function, control.category)
    lines = _lines(firm, edition, owners, key, control.pk)
    if not lines:
        raise Http404
    line = lines[0]
    if wrong:
        line = Line(
            line.control, line.common, line.cells, wrong, {name: str(value) for name, value in request.POST.items()}
        )
    if request.htmx:
        context = _shared(firm, edition, owners) | {"line": line, "key": key}
        return render(request, "readiness/assessments/together_row.html", context)
    if wrong:
        return _page(request, firm, edition, key, line)
    address = reverse("assessments_together", args=[firm.pk, edition.pk])
    return HttpResponseRedirect(f"{address}?part={key}#row-{control.pk}")
