"""The emergency page: whoever needs help reports here without an account. It is saved before anybody asks who it was.

Nothing on these pages comes from the register: whether an organisation, a contact or an earlier report is on file cannot be learnt here.
No cookie is needed, hence no CSRF token: a forged post could do no more than the page itself, which is open to all.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from paraat.incidents import playbooks
from paraat.incidents.actions.reports import submission_of, take_report
from paraat.incidents.authorities import who_to_turn_to
from paraat.incidents.models import Report
from paraat.incidents.report_forms import EmergencyForm
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import configuration, crypto, moment, ratelimit
from paraat.platform.guard import Request, public
from paraat.platform.ratelimit import limits_links

SOFT, HARD, EVERYBODY = 5, 30, 300
"""Reports an hour: of one address before its answer says to rather telephone; of one address, and of all addresses together, that are saved at
all. What is not saved is said so, with the number to call."""
HOUR = 3600
_PURPOSE = "emergency"
ANSWER_VALID = timedelta(days=7)


@csrf_exempt
@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """The form; and what was filled in is saved."""
    language = _in_language(request)
    if request.method != "POST":
        return _page(request, EmergencyForm(initial={"form_id": uuid4().hex}), language)
    form = EmergencyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, language, status=400)
    if request.POST.get("website") and not request.POST.get("person"):
        return _page(request, form, language, status=400, perhaps_robot=True)
    try:
        often = _count(request)
    except ratelimit.TooOften:
        return _page(request, form, language, status=429, unsaved=True)
    saved = _save(form, language)
    token = crypto.sign_link(_PURPOSE, saved.pk, moment.now() + ANSWER_VALID)
    address = reverse("emergency_answer", args=[token])
    return HttpResponseRedirect(f"{address}?language={language}{'&often=1' if often else ''}")


@never_cache
@public
@require_safe
@limits_links
def answer(request: Request, token: str) -> HttpResponse:
    """The code, what to do in the first hour, and who to turn to."""
    language = _in_language(request)
    try:
        pk: UUID = crypto.read_uuid_link(_PURPOSE, token, now=moment.now())
    except (crypto.BadLink, crypto.ExpiredLink):
        return _page(request, EmergencyForm(initial={"form_id": uuid4().hex}), language, status=404)
    saved = Report.objects.filter(pk=pk).values("code", "kind", "received_at").first()
    if saved is None:
        return _page(request, EmergencyForm(initial={"form_id": uuid4().hex}), language, status=404)
    context = saved | _help(language, saved["kind"]) | {"often": request.GET.get("often") == "1"}
    return render(request, "incidents/emergency_answer.html", context)


def _save(form: EmergencyForm, language: str) -> Report:
    values = form.said()
    label = values["reporter"] or "emergency page"
    written = [str(values[name]) for name in sorted(values)]
    return take_report(
        through=Report.Through.EMERGENCY,
        by=Actor(ActorKind.CONTACT, None, label),
        language=language,
        submission=submission_of(form.cleaned_data.get("form_id") or uuid4().hex, *written),
        **values,
    )


def _count(request: HttpRequest) -> bool:
    """Count one more; whether this address has sent many already. Raises TooOften for one that is not saved any more."""
    caller = ratelimit.caller(request)
    ratelimit.count("emergency", limit=EVERYBODY, seconds=HOUR)
    ratelimit.count(f"emergency:{caller}", limit=HARD, seconds=HOUR)
    try:
        ratelimit.count(f"emergency often:{caller}", limit=SOFT, seconds=HOUR)
    except ratelimit.TooOften:
        return True
    return False


def _page(request: HttpRequest, form: EmergencyForm, language: str, *, status: int = 200, **said: bool) -> HttpResponse:
    context = {"form": form, "language_now": language, "phone": configuration.TEAM_PHONE.get()}
    said = {"unsaved": False, "perhaps_robot": False} | said
    return render(request, "incidents/emergency.html", context | said, status=status)


def _help(language: str, kind: str) -> dict[str, object]:
    return {
        "first_hour": playbooks.first_hour(kind, language),
        "authorities": who_to_turn_to(language),
        "phone": configuration.TEAM_PHONE.get(),
    }


def _in_language(request: HttpRequest) -> str:
    """The language of the address, for who has no cookie; else the one that was chosen."""
    asked = request.GET.get("language", "")
    if asked in dict(settings.LANGUAGES):
        translation.activate(asked)
        request.LANGUAGE_CODE = asked
    return (translation.get_language() or settings.LANGUAGE_CODE)[:2]
