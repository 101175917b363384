"""Where outside researchers report a vulnerability without an account. It is saved before anybody asks who it was.

Nothing on these pages comes from the register: whether something is on file cannot be learnt here. No cookie is needed, hence no CSRF token:
a forged post could do no more than the page itself, which is open to all.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.kernel.errors import ParaatError
from paraat.platform import configuration, crypto, moment, ratelimit
from paraat.platform.guard import Request, public
from paraat.platform.ratelimit import limits_links
from paraat.readiness.actions.disclosures import add_words, code_again, digest_of, take_disclosure
from paraat.readiness.disclosure_forms import CodeForm, MoreForm, ReportForm
from paraat.readiness.models import Disclosure
from paraat.readiness.rules import disclosures as rules

HARD, EVERYBODY, CODES, WORDS = 10, 200, 20, 20
"""An hour: reports of one address and of all together that are saved, codes that one address tries, and what is added to one report."""
HOUR = 3600
RECEIPT, CASE = "disclosure-receipt", "disclosure-case"
RECEIPT_VALID, CASE_VALID = timedelta(hours=1), timedelta(hours=12)


@csrf_exempt
@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """The form; and what was filled in is saved."""
    language = _in_language(request)
    if request.method != "POST":
        return _page(request, ReportForm(initial={"form_id": uuid4().hex}))
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    if request.POST.get("website") and not request.POST.get("person"):
        return _page(request, form, status=400, perhaps_robot=True)
    try:
        ratelimit.count("disclosure", limit=EVERYBODY, seconds=HOUR)
        ratelimit.count(f"disclosure:{ratelimit.caller(request)}", limit=HARD, seconds=HOUR)
    except ratelimit.TooOften:
        return _page(request, form, status=429, unsaved=True)
    saved = take_disclosure(language=language, submission=_submission(form), **form.said())
    token = crypto.sign_link(RECEIPT, saved.pk, moment.now() + RECEIPT_VALID)
    return HttpResponseRedirect(f"{reverse('researcher_receipt', args=[token])}?language={language}")


@never_cache
@public
@require_safe
@limits_links
def receipt(request: Request, token: str) -> HttpResponse:
    """The code, shown for an hour, and what comes next."""
    _in_language(request)
    row = _behind(RECEIPT, token)
    if row is None:
        return _page(request, ReportForm(initial={"form_id": uuid4().hex}), status=404)
    return render(request, "readiness/disclosures/receipt.html", {"code": code_again(row), **_clocks(row)})


@csrf_exempt
@never_cache
@public
@require_POST
def code(request: Request) -> HttpResponse:
    """Somebody comes back with a code."""
    language = _in_language(request)
    form = CodeForm(request.POST)
    try:
        ratelimit.count(f"disclosure code:{ratelimit.caller(request)}", limit=CODES, seconds=HOUR)
    except ratelimit.TooOften:
        return _page(request, ReportForm(initial={"form_id": uuid4().hex}), status=429, too_many_codes=True)
    row = Disclosure.objects.filter(code=digest_of(form.cleaned_data["code"])).first() if form.is_valid() else None
    if row is None:
        return _page(request, ReportForm(initial={"form_id": uuid4().hex}), status=404, wrong_code=True)
    token = crypto.sign_link(CASE, row.pk, moment.now() + CASE_VALID)
    return HttpResponseRedirect(f"{reverse('researcher_case', args=[token])}?language={language}")


@csrf_exempt
@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
@limits_links
def case(request: Request, token: str) -> HttpResponse:
    """The researcher's own page: what was said, the clocks, and a form to add something."""
    language = _in_language(request)
    row = _behind(CASE, token)
    if row is None:
        return _page(request, ReportForm(initial={"form_id": uuid4().hex}), status=404, wrong_code=True)
    form = MoreForm(request.POST if request.method == "POST" else None)
    refused = False
    if request.method == "POST" and form.is_valid():
        try:
            ratelimit.count(f"disclosure words:{row.pk}", limit=WORDS, seconds=HOUR)
            add_words(disclosure=row, **form.cleaned_data)
            return HttpResponseRedirect(f"{reverse('researcher_case', args=[token])}?language={language}")
        except ParaatError:
            refused = True
    over = row.state in {Disclosure.State.CLOSED, Disclosure.State.REFUSED}
    context = {
        "row": row,
        "messages_": row.messages.all(),
        "form": form,
        "refused": refused,
        "over": over,
        "token": token,
        **_clocks(row),
    }
    return render(request, "readiness/disclosures/case.html", context, status=400 if form.errors or refused else 200)


# Parts ----------------------------------------------------------------------------------------------------------------------------
def clocks_of(row: Disclosure, now: datetime) -> list[dict[str, Any]]:
    """Both reports that the law asks for: when due, when they came, how that stands."""
    pairs = (("simple", row.simple_due_at, row.simple_at), ("full", row.full_due_at, row.full_at))
    return [
        {"name": name, "due": due, "came": came, "standing": rules.standing(due, came, now)}
        for name, due, came in pairs
    ]


def _clocks(row: Disclosure) -> dict[str, Any]:
    return {"clocks": clocks_of(row, moment.now()), "found_at": row.found_at}


def _behind(purpose: str, token: str) -> Disclosure | None:
    try:
        pk: UUID = crypto.read_uuid_link(purpose, token, now=moment.now())
    except (crypto.BadLink, crypto.ExpiredLink):
        return None
    row: Disclosure | None = Disclosure.objects.filter(pk=pk).first()
    return row


def _submission(form: ReportForm) -> str:
    """One filled-in form, however often it is sent; other words are another report."""
    said = "\0".join(str(value) for value in form.said().values())
    return hashlib.sha256(f"{form.cleaned_data.get('form_id') or uuid4().hex}\0{said}".encode()).hexdigest()


def _page(request: HttpRequest, form: ReportForm, *, status: int = 200, **said: bool) -> HttpResponse:
    none = {"unsaved": False, "perhaps_robot": False, "wrong_code": False, "too_many_codes": False}
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    context = {"form": form, "code_form": CodeForm(), "language_now": language, "phone": configuration.TEAM_PHONE.get()}
    return render(request, "readiness/disclosures/public.html", context | none | said, status=status)


def _in_language(request: HttpRequest) -> str:
    """The language of the address, for who has no cookie; else the one that was chosen."""
    asked = request.GET.get("language", "")
    if asked in dict(settings.LANGUAGES):
        translation.activate(asked)
        request.LANGUAGE_CODE = asked
    return (translation.get_language() or settings.LANGUAGE_CODE)[:2]
