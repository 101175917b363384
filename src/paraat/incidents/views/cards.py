"""The contact card with the first hour, to print; and the playbooks, for anybody."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import WORKS, found
from paraat.incidents import cards, playbooks
from paraat.kernel.marking import Role
from paraat.platform.guard import Request, allow, public
from paraat.platform.ratelimit import limits_links
from paraat.registry.models import Organisation


@require_safe
@allow(*WORKS)
def of_organisation(request: Request, pk: UUID) -> HttpResponse:
    """The card of any organisation, for the team; `?language=` for another language than its own."""
    return _card(request, found(Organisation.objects.visible_to(request.viewer), pk))


@require_safe
@allow(Role.SPOC)
def mine(request: Request, pk: UUID) -> HttpResponse:
    """The card of my organisation."""
    return _card(request, found(Organisation.objects.filter(pk__in=request.viewer.own), pk))


@public
@require_safe
@limits_links
def playbook(request: Request, kind: str) -> HttpResponse:
    """A playbook on paper; it holds nothing of anybody, so anybody may have it."""
    if kind not in playbooks.load():
        raise Http404
    asked = request.GET.get("language", "") or (get_language() or "")[:2]
    language = asked if asked in cards.LANGUAGES else "nl"
    return _pdf(cards.playbook_pdf(kind, language), f"{kind}-{language}.pdf")


def _card(request: Request, organisation: Organisation) -> HttpResponse:
    language = cards.language_of(organisation, request.GET.get("language", ""))
    return _pdf(cards.card_pdf(organisation, language), f"card-{organisation.nis or organisation.pk}-{language}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
