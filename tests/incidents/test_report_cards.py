"""The card and the playbook on paper: accessible, in the right language, without the code word."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from paraat.incidents import cards, playbooks
from paraat.kernel.actor import SYSTEM
from paraat.registry import actions as registry
from tests import cast
from tests.web.pages import client_of, officer

pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> str:
    return "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)


def test_the_card_names_the_team_its_contacts_and_the_first_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_TEAM_PHONE", "+44 7700 900000")
    ronse = cast.ronse()
    registry.rotate_code_word(organisation=ronse, by=SYSTEM)
    content = cards.card_pdf(ronse, "nl")
    reader, text = PdfReader(io.BytesIO(content)), text_of(content)
    assert reader.trailer["/Root"]["/Lang"].startswith("nl") and "/StructTreeRoot" in reader.trailer["/Root"]
    assert "+44 7700 900000" in text and "SPOC, Ronse" in text and "Ronse" in reader.metadata["/Title"]
    assert "TLP:AMBER" in text and "Toezichtcommissie" in text and "CERT.be" in text
    flat = " ".join(text.split())
    for kind in playbooks.load():
        assert playbooks.first_hour(kind, "nl")[0][:20] in flat
    for pair in registry.read_code_word(organisation=ronse, by=SYSTEM).split(" / "):
        assert pair not in text


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_it_prints_in_every_language_also_for_who_has_no_contact(language: str) -> None:
    content = cards.card_pdf(cast.wemmel(), language)
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"].startswith(language)
    for kind in playbooks.load():
        assert playbooks.first_hour(kind, language)[0][:15] in " ".join(
            text_of(cards.playbook_pdf(kind, language)).split()
        )


def test_the_language_is_that_of_the_organisation_unless_another_is_asked_for() -> None:
    assert cards.language_of(cast.eupen()) == "de" and cards.language_of(cast.eupen(), "fr") == "fr"
    assert cards.language_of(cast.eupen(), "xx") == "de" and cards.language_of(cast.ixelles()) == "fr"


def test_the_team_prints_any_card_and_a_spoc_its_own() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    answer = officer().get(f"/organisations/{ronse.pk}/first-hour/?language=fr")
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].endswith('-fr.pdf"')
    spoc = client_of(cast.spoc_user(ronse))
    assert spoc.get(f"/portal/card/{ronse.pk}/").status_code == 200
    assert spoc.get(f"/portal/card/{eupen.pk}/").status_code == 404
    for user in (cast.auditor(), cast.observer(), cast.partner_user(), cast.provider_user(), cast.spoc_user(eupen)):
        assert client_of(user).get(f"/organisations/{ronse.pk}/first-hour/").status_code == 403


def test_anybody_may_have_a_playbook_and_it_names_nobody() -> None:
    cast.ronse()
    answer = Client().get("/playbook/ransomware/?language=en")
    assert (
        answer.status_code == 200 and "Ronse" not in text_of(answer.content) and "TLP:CLEAR" in text_of(answer.content)
    )
    assert Client().get("/playbook/nonsense/").status_code == 404
