"""The list of cases, worst first; one case with all that hangs on it; a case is opened, edited and moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.forms import SEVERITIES
from paraat.alerts.views.acting import WORKS, found
from paraat.incidents.actions.cases import edit_case, open_case
from paraat.incidents.actions.states import move_case
from paraat.incidents.case_forms import CaseForm, EditCaseForm, MoveForm, NewCaseForm
from paraat.incidents.models import Case
from paraat.incidents.rules.states import moves, needs_reason
from paraat.incidents.taxonomy import CLASSES, class_word, type_word
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import ROOM, Role, Viewer
from paraat.kernel.severity import Severity
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt, words_for
from paraat.platform.panels import standing_on
from paraat.platform.picking import chosen
from paraat.platform.registrations import panels
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

READS = tuple(sorted(ROOM | {Role.SPOC, Role.PROVIDER}))
"""Who opens these screens; what of it, `visible_to` decides: a victim its own, a helper what it has the consent for."""

# The list -------------------------------------------------------------------------------------------------------------------------

_SHOWN = ("number", "title", "victim", "organisation", "severity", "confidence", "state", "classification", "owner__name", "opened_at", "tlp",
          "exercise")  # fmt: skip
_COLUMNS = [
    Column("number", gettext_lazy("Number"), sort="number"),
    Column("title", gettext_lazy("Title")),
    Column("victim", gettext_lazy("Victim"), sort="victim"),
    Column("severity", gettext_lazy("Severity"), sort="rank"),
    Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
    Column("classification", gettext_lazy("Class"), value=lambda row: type_word(row.classification)),
    Column("owner", gettext_lazy("Leads it"), value=lambda row: row.owner.name if row.owner else ""),
    Column("opened_at", gettext_lazy("Opened"), sort="opened_at"),
]
_IN_FILES = [
    Column("confidence", gettext_lazy("Confidence"), value=lambda row: row.get_confidence_display()),
    Column("tlp", "TLP", value=lambda row: row.get_tlp_display()),
    Column("exercise", gettext_lazy("Exercise")),
]
"""What stands in files besides: whoever passes a file on must see how it is marked."""


class CaseTable(Table):
    """Searched by full text; the worst first, and of the equally bad the newest."""

    def _matches(self, words: str) -> Any:
        return Case.objects.matching(words)

    def _ordering(self) -> list[str]:
        return ["rank", "-opened_at", "pk"] if self.sort == self.order else super()._ordering()


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every case that the reader may see."""
    return table_of(request).answer("incidents/cases.html", {"works": request.viewer.has(*WORKS), **_words()})


class _Types(dict[str, str]):
    """The name of each type, in the reader's language, looked up once."""

    def __missing__(self, key: str) -> str:
        self[key] = type_word(key)
        return self[key]


def _words() -> dict[str, Any]:
    """What rows say, translated once for all of them: for every row anew it would cost as much as the rest of the page."""
    return {
        "types": _Types(),
        "states": {value: str(label) for value, label in Case.State.choices},
        "confidences": {value: str(label) for value, label in Case.Confidence.choices},
        "looks": LOOKS,
    }


LOOKS = {
    "opened": "silent",
    "reopened": "silent",
    "contained": "waiting",
    "eradicated": "waiting",
    "recovering": "waiting",
}
"""How a state looks: what is out of hand, what is being worked on; the rest is calm."""


def table_of(request: Request) -> CaseTable:
    """The list of cases as the address asks for it."""
    rows = Case.objects.visible_to(request.viewer).select_related("owner").only(*_SHOWN)
    columns = [*_COLUMNS, *_IN_FILES] if request.GET.get("format") else _COLUMNS
    return CaseTable(
        request,
        rows,
        name="cases",
        columns=columns,
        search=["words"],
        filters=[
            Filter("state", gettext_lazy("State"), _STATES, apply=_in_state),
            Filter("severity", gettext_lazy("Severity"), [(int(one), str(int(one))) for one in SEVERITIES]),
            Filter("class", gettext_lazy("Class"), list(CLASSES.items()), apply=_in_class),
            *_of_victim(request),
            Filter("province", gettext_lazy("Province"), list(PROVINCES.items()), lookup="organisation__province"),
            WORLD,
        ],
        order="severity",
        empty=gettext_lazy("No case yet."),
        hint=gettext_lazy("A case is opened from a report, or by hand."),
    )


_STATES = [("active", gettext_lazy("Active")), *Case.State.choices]


def _in_state(rows: Any, value: str) -> Any:
    return rows.open() if value == "active" else rows.filter(state=value)


def _in_class(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(classification__startswith=f"{value}.")


def _of_victim(request: Request) -> Iterator[Filter]:
    """The victim that the address names, if any: a choice among thousands would be no choice."""
    for victim in chosen([request.GET.get("victim", "")]):
        name = Organisation.objects.filter(pk=victim).visible_to(request.viewer).values_list("name", flat=True).first()
        if name:
            yield Filter("victim", gettext_lazy("Victim"), [(str(victim), name)], lookup="organisation")


SECTIONS: dict[str, Any] = {
    "services": gettext_lazy("Services"),
    "suppliers": gettext_lazy("Suppliers"),
    "helpers": gettext_lazy("Helpers"),
    "clocks": gettext_lazy("Legal deadlines"),
    "timeline": gettext_lazy("Timeline"),
    "tasks": gettext_lazy("Tasks"),
    "extortion": gettext_lazy("Extortion"),
    "exposure": gettext_lazy("Captured data"),
    "contagion": gettext_lazy("Who else"),
    "evidence": gettext_lazy("Evidence"),
    "indicators": gettext_lazy("Indicators"),
    "notes": gettext_lazy("Notes"),
    "hypotheses": gettext_lazy("Hypotheses"),
    "reports": gettext_lazy("Reports"),
    "mails": gettext_lazy("Mails"),
}
"""What the sections of a case are called in its table of contents, by the names of their panels."""

# One case -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One case: its head, and a section for everything that hangs on it."""
    return page(request, case_of(request, pk))


@require_safe
@allow(*READS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of a case's page that changed."""
    case = case_of(request, pk)
    return live_parts.answer(request, _parts(request, case), title=case.number)


def case_of(request: Request, pk: UUID) -> Case:
    """The case, or 404: what one may not see does not exist."""
    rows = Case.objects.visible_to(request.viewer).select_related("organisation", "owner", "merged_into", "split_from")
    case: Case = found(rows, pk)
    return case


def may_write(viewer: Viewer, case: Case, roles: Collection[Role]) -> bool:
    """Whether a viewer with one of `roles` may add to a case that it sees."""
    return viewer.has(*roles) and Case.objects.written_by(viewer).filter(pk=case.pk).exists()


def page(request: Request, case: Case, *, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    """The page of a case; `forms_` are forms of it that were filled in wrongly."""
    topics = f"case.{case.pk}"
    head, *sections = _parts(request, case, **forms_)
    context = {
        "case": case,
        "head": head,
        "sections": [(one, f'id="{one.id}"' not in one.html) for one in sections],
        "contents": [(one.id, SECTIONS[one.id]) for one in sections if one.id in SECTIONS],
        "topics": topics,
        "live_token": live_parts.token(request.viewer, topics),
        "works": request.viewer.has(*WORKS),
    }
    return render(request, "incidents/case.html", context, status=400 if forms_ else status)


def _parts(request: Request, case: Case, **forms_: forms.Form) -> list[live_parts.Part]:
    """The head, and every registered panel that says something to this viewer, in order."""
    made = [
        live_parts.part("head", render_to_string("incidents/case_head.html", _head(request, case, **forms_), request))
    ]
    for panel in sorted(panels, key=lambda panel: panel.order):
        if panel.page != "case":
            continue
        with standing_on(request):
            html = panel.render(request.viewer, case)
        if html:
            made.append(live_parts.part(panel.name, html))
    return made


def _head(request: Request, case: Case, **forms_: forms.Form) -> dict[str, Any]:
    return {
        "case": case,
        "works": request.viewer.has(*WORKS),
        "definition": SEVERITIES[Severity(case.severity)],
        "type": type_word(case.classification),
        "class": class_word(case.classification),
        "moves": [(to, Case.State(to).label, needs_reason(case.state, to)) for to in moves(case.state)],
        "move_form": MoveForm(state=case.state),
        "merged_from": list(Case.objects.visible_to(request.viewer).filter(merged_into=case)),
        "split_into": list(Case.objects.visible_to(request.viewer).filter(split_from=case)),
        "now": moment.now(),
    } | forms_


# What an officer decides ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request) -> HttpResponse:
    """Open a case by hand."""
    form = NewCaseForm(
        request.POST or None,
        initial={"owner": request.viewer.user, "organisation": request.GET.get("organisation", "")},
    )
    if request.method == "POST" and form.is_valid():
        said = form.values() | {name: form.cleaned_data[name] for name in ("organisation", "exercise", "aware_at")}
        case = attempt(request, lambda: open_case(by=request.actor, **said))
        if case is not None:
            return HttpResponseRedirect(reverse("case", args=[case.pk]))
    return render(request, "incidents/case_new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change what is known of a case. When somebody else did so meanwhile both are shown, and nothing that was written is lost."""
    case = case_of(request, pk)
    if request.method != "POST":
        return _edit_page(request, case, EditCaseForm(initial=_values(case)))
    form = EditCaseForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, case, form, status=400)
    try:
        edit_case(case=case, version=form.cleaned_data["version"], by=request.actor, **form.values())
    except Conflict:
        case.refresh_from_db()
        mine = form.values()
        form = EditCaseForm(mine | {"owner": mine["owner"].pk if mine["owner"] else "", "version": case.version})
        return _edit_page(request, case, form, theirs=_theirs(case, mine), status=409)
    except Invalid as error:
        form.add_error(None, words_for(error))
        return _edit_page(request, case, form, status=400)
    return HttpResponseRedirect(reverse("case", args=[pk]))


def _edit_page(
    request: Request, case: Case, form: CaseForm, *, theirs: list[tuple[Any, str, str]] | None = None, status: int = 200
) -> HttpResponse:
    context = {"case": case, "form": form, "theirs": theirs}
    return render(request, "incidents/case_edit.html", context, status=status)


def _values(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in EditCaseForm.base_fields}


def _theirs(case: Case, mine: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """(field, what somebody else wrote, what I wrote) for every difference."""
    shown = EditCaseForm(initial=_values(case))
    return [
        (shown.fields[name].label, _word(shown, name, getattr(case, name)), _word(shown, name, value))
        for name, value in mine.items()
        if getattr(case, name) != value
    ]


def _word(form: forms.Form, name: str, value: Any) -> str:
    """A value as the form's own choices say it."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        flat = {str(key): word for key, word in _flat(field.choices)}
        return str(flat.get(str(value), value))
    return "" if value is None else str(value)


def _flat(options: Any) -> Iterator[tuple[Any, Any]]:
    for key, word in options:
        if isinstance(word, list | tuple):
            yield from word
        else:
            yield key, word


@require_POST
@allow(*WORKS)
def move(request: Request, pk: UUID) -> HttpResponse:
    """Move a case to another state. The form says from which one, so that two officers do not move it twice."""
    case = case_of(request, pk)
    asked = request.POST.get("from", case.state)
    case.state = asked if asked in Case.State.values else case.state
    form = MoveForm(request.POST, state=case.state)
    if not form.is_valid():
        return page(request, case_of(request, pk), move_form=form)
    to, because = form.cleaned_data["to"], form.cleaned_data["because"]
    done = _("The case is now: %(state)s.") % {"state": Case.State(to).label}
    attempt(request, lambda: move_case(case=case, to=to, by=request.actor, because=because), done)
    return HttpResponseRedirect(reverse("case", args=[pk]))
