"""The pages on which an assessment is answered: every question of a category on one page, each answer saved while people go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from paraat.accounts.models import User
from paraat.feeds.uploads import StoreHandler
from paraat.kernel.errors import Invalid, NotFound, ParaatError
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt, words_for
from paraat.readiness import assessing, measure_rights
from paraat.readiness import assessment_words as words
from paraat.readiness.actions import answers as actions
from paraat.readiness.actions.findings import draft_finding
from paraat.readiness.assessment_forms import AnswerForm, FileForm
from paraat.readiness.downloads import saved
from paraat.readiness.models import Answer, AnswerEvidence, Assessment, Finding
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules.scoring import cyfun
from paraat.readiness.views.assessments import ANSWERS, READS, assessment_of


@dataclass(frozen=True)
class Card:
    """One question as it stands on the page. `mine`: what was typed and not saved, `wrong`: why not."""

    answer: Answer
    writes: bool
    before: Any = None
    mine: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""

    @property
    def theirs(self) -> bool:
        """Whether somebody else saved it first: both are shown."""
        return bool(self.mine) and not self.wrong

    def value(self, name: str) -> Any:
        """What the form shows: what was typed, else what is there."""
        kept = getattr(self.answer, name)
        return self.mine.get(name, "" if kept is None else kept)


# A page of questions --------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def part(request: Request, pk: UUID, key: str) -> HttpResponse:
    """Every question of one category, with its answers."""
    return _page(request, readable(request, pk), key)


def readable(request: Request, pk: UUID) -> Assessment:
    """The assessment, when its answers may be read; else 404."""
    row = assessment_of(request, pk)
    if not rules.reads_answers(request.viewer, assessing.whose(row)):
        raise Http404
    return row


def _page(request: Request, row: Assessment, key: str, changed: Card | None = None) -> HttpResponse:
    """`changed`: the card that could not be saved, in the place of its own."""
    cards = _cards(request, row, key, changed)
    if not cards:
        raise Http404
    parts = assessing.parts(row)
    place = next((place for place, one in enumerate(parts) if one.key == key), 0)
    context = _shared(request, row) | {
        "part": parts[place],
        "earlier": parts[place - 1] if place else None,
        "later": parts[place + 1] if place + 1 < len(parts) else None,
        "place": place + 1,
        "parts": parts,
        "cards": cards,
    }
    return render(request, "readiness/assessments/part.html", context, status=_status(changed))


def _status(changed: Card | None) -> int:
    return 200 if changed is None else 400 if changed.wrong else 409


def _file_form(answer: UUID) -> FileForm:
    """A form to attach a file to this answer: many answers stand on a page, so each has its own name."""
    return FileForm(auto_id=f"file-{answer}-%s")


def _shared(request: Request, row: Assessment) -> dict[str, Any]:
    """What every card needs, whether it stands on a page or comes back alone."""
    return {
        "row": row,
        "words": words,
        "today": moment.today(),
        "now": moment.now(),
        "maturity": row.edition.framework.scoring != "checklist",
        "file_form": _file_form,
        "may_be_left_out": _may_be_left_out(row),
        "plans": request.viewer.has(*measure_rights.WORKS)
        and measure_rights.works_for(request.viewer, row.organisation),
    }


def _may_be_left_out(row: Assessment) -> Any:
    """Whether the published rules let a control be "not applicable"; a checklist lets all."""
    if row.edition.framework.scoring != "cyfun-2025":
        return lambda _control: True
    return lambda control: cyfun.may_be_left_out(control, row.level)


def _cards(request: Request, row: Assessment, key: str, changed: Card | None) -> list[Card]:
    writes, before = assessing.answers_it(request.viewer, row), _before(request, row)
    found = [
        Card(one, writes and one.control.edition_id == row.edition_id, before.get(one.control.identifier))
        for one in assessing.answers_of(row, key)
    ]
    if changed is None:
        return found
    return [
        Card(one.answer, writes, one.before, changed.mine, changed.wrong) if one.answer.pk == changed.answer.pk else one
        for one in found
    ]


def _before(request: Request, row: Assessment) -> dict[str, Any]:
    """What the assessment before said; an auditor who sees no other is not told."""
    earlier = assessing.before(request.viewer, row)
    return dict(assessing.said_in(earlier)) if earlier else {}


# Saving ---------------------------------------------------------------------------------------------------------------------------


@require_POST
@allow(*ANSWERS)
def save(request: Request, pk: UUID) -> HttpResponse:
    """Save one answer. A script gets the line under it; a browser without one gets the page again."""
    answer = _writable(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, answer, "; ".join(str(one) for errors in form.errors.values() for one in errors))
    version = form.cleaned_data["version"]
    try:
        kept = actions.save_answer(answer=answer, version=version, by=request.actor, **form.given())
    except actions.OlderAnswer:
        return _both(request, pk, form.given())
    except ParaatError as error:
        return _refused(request, answer, words_for(error))
    return _kept(request, kept)


def _writable(request: Request, pk: UUID) -> Answer:
    """The answer, when the viewer may write it; else 404. One that was submitted meanwhile is refused by the action, in words."""
    try:
        answer = assessing.answer_of(request.viewer, pk)
    except NotFound as error:
        raise Http404 from error
    if not rules.answers(request.viewer, assessing.whose(answer.assessment)):
        raise Http404
    return answer


def _kept(request: Request, answer: Answer) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(_address(answer))
    answer.assessment.refresh_from_db(fields=["answered", "untestable", "errors", "asked"])
    if request.POST.get("both"):  # the card showed both answers: it becomes an ordinary one again
        return _card(request, answer, Card(answer, writes=True), out_of_band=True)
    context = {"card": Card(answer, writes=True), "row": answer.assessment, "words": words, "now": moment.now()}
    return render(request, "readiness/assessments/saved.html", context)


def _refused(request: Request, answer: Answer, why: str) -> HttpResponse:
    card = Card(answer, True, mine=request.POST.dict(), wrong=why)
    if not request.htmx:
        return _page(request, answer.assessment, _key(answer), card)
    context = {"card": card, "row": answer.assessment, "words": words, "now": moment.now()}
    return render(request, "readiness/assessments/saved.html", context)


def _both(request: Request, pk: UUID, mine: dict[str, Any]) -> HttpResponse:
    """Somebody saved it first: what is there now, and what was typed, to choose from."""
    answer = _writable(request, pk)
    card = Card(
        answer, True, mine={name: "" if value is None else value for name, value in mine.items()} or {"status": ""}
    )
    if not request.htmx:
        return _page(request, answer.assessment, _key(answer), card)
    return _card(request, answer, card)


def _card(request: Request, answer: Answer, card: Card, *, out_of_band: bool = False) -> HttpResponse:
    """The whole card in the place of the old one."""
    answer.files = list(answer.evidence.filter(withdrawn_at=None))  # type: ignore[attr-defined]  # as `answers_of` sets it
    answer.times = answer.changes.count()  # type: ignore[attr-defined]
    context = _shared(request, answer.assessment) | {"card": card, "progress": out_of_band}
    made = render(request, "readiness/assessments/card_alone.html", context)
    made.headers["HX-Retarget"] = f"#card-{answer.pk}"
    made.headers["HX-Reswap"] = "outerHTML"
    return made


def _key(answer: Answer) -> str:
    return rules.part_key(answer.control.function, answer.control.category)


def _address(answer: Answer) -> str:
    return reverse("assessment_part", args=[answer.assessment_id, _key(answer)]) + f"#card-{answer.pk}"


# One answer -----------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One answer: who said what and when, its files, and what follows from it."""
    try:
        answer = assessing.answer_of(request.viewer, pk)
    except NotFound as error:
        raise Http404 from error
    context = _shared(request, answer.assessment) | {
        "answer": answer,
        "changes": list(answer.changes.all()),
        "files": list(answer.evidence.all()),
        "writes": assessing.answers_it(request.viewer, answer.assessment),
        "finds": rules.is_auditor(request.viewer, assessing.whose(answer.assessment)),
        "findings": Finding.objects.visible_to(request.viewer).filter(
            assessment=answer.assessment_id, control__identifier=answer.control.identifier
        ),
        "address": _address(answer),
    }
    return render(request, "readiness/assessments/answer.html", context)


@require_POST
@allow(Role.ASSESSOR)
def finding(request: Request, pk: UUID) -> HttpResponse:
    """An auditor writes a finding of what is not in place; its owner is told when it is disclosed."""
    answer = _writable(request, pk)
    if answer.assessment.kind != rules.EXTERNAL:
        raise Http404
    title = f"{answer.control.identifier} {in_language(answer.control.title)}"[:200]
    made = attempt(
        request,
        lambda: draft_finding(
            author=cast("User", request.user),
            by=request.actor,
            assessment=answer.assessment,
            control=answer.control,
            title=title,
            what=answer.explanation,
        ),
        _("Written. Nobody but you reads it until you tell the owner."),
    )
    return HttpResponseRedirect(reverse("finding", args=[made.pk]) if made else _address(answer))


@allow(*ANSWERS)
@csrf_exempt  # the token is checked by `_attach`: reading it first would read the whole body before its handler is set
@require_POST
def attach(request: Request, pk: UUID) -> HttpResponseBase:
    """Put a file with an answer. What is too large or does not fit on the disk is said so, and nothing of it is kept."""
    answer = _writable(request, pk)
    request.upload_handlers = [StoreHandler(request)]
    try:
        return _attach(request, answer)
    except ParaatError as error:  # while the body was being read
        messages.error(request, words_for(error))
        return HttpResponseRedirect(_address(answer))


@csrf_protect
def _attach(request: Request, answer: Answer) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)

    def deed() -> AnswerEvidence:
        if not form.is_valid():
            raise Invalid("Choose a file that is not empty", field="file")
        file = form.cleaned_data["file"]
        return actions.attach_to_answer(answer=answer, stored=file.stored, name=file.name, by=request.actor)

    attempt(request, deed, _("The file is kept."))
    return HttpResponseRedirect(_address(answer))


@require_safe
@allow(*READS)
def file(request: Request, pk: UUID) -> HttpResponseBase:
    """A file that shows an answer, to save; never opened by the browser."""
    found = _evidence(request, pk)
    return saved(found.file, found.name)


@require_POST
@allow(*ANSWERS)
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Take a file off its answer."""
    found = _evidence(request, pk)
    _writable(request, found.answer_id)
    attempt(request, lambda: actions.withdraw_evidence(evidence=found, by=request.actor), _("The file is taken off."))
    return HttpResponseRedirect(_address(found.answer))


def _evidence(request: Request, pk: UUID) -> AnswerEvidence:
    found = AnswerEvidence.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    try:
        found.answer = assessing.answer_of(request.viewer, found.answer_id)
    except NotFound as error:
        raise Http404 from error
    return found
