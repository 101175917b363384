"""The pages of drills: who sees what, what they say, and how many questions they ask of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from paraat.cloud import drill_papers
from paraat.cloud.actions import drills
from paraat.cloud.models import Drill, Preparation
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.registry.models import Organisation
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


def made(organisation: Organisation, number: int, *, minutes: int | None = 10, **more: Any) -> Drill:
    """A drill that passed in so many minutes, or one that failed."""
    began = moment.now() - timedelta(days=number)
    times = {}
    if minutes is not None:
        took = timedelta(minutes=minutes)
        times = {
            "started_at": began + took / 10,
            "healthy_at": began + took / 4,
            "restored_at": began + took / 2,
            "verified_at": began + took,
        }
    fields = {
        "by": "Duty officer",
        "target_rto_minutes": 15,
        "claimed_rto_minutes": 5,
        "bytes": 30_000_000,
        "files": 7,
        "services": ["page"],
    }
    state = Drill.State.PASSED if minutes is not None else Drill.State.FAILED
    return Drill.objects.create(
        number=f"D2026-{number:04d}", organisation=organisation, requested_at=began, state=state, tlp=Tlp.AMBER_STRICT,
        sample=True, same=minutes is not None, proven={"page": ["answers"]}, driver="podman", **times, **fields | more,
    )  # fmt: skip


def client(user: Any) -> Client:
    """A browser in which this account is signed in, in English."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def test_the_list_filters_exports_and_asks_little(django_assert_max_num_queries: Any) -> None:
    for number in range(1, 9):
        made(cast.ronse(), number, minutes=None if number == 3 else number * 4)
    browser = client(cast.duty_officer())
    page = browser.get("/cloud/drills/").content.decode()
    assert "D2026-0001" in page and "not proven" in page
    met = browser.get("/cloud/drills/?target=met").content.decode()
    missed = browser.get("/cloud/drills/?target=missed").content.decode()
    assert "D2026-0002" in met and "D2026-0005" not in met
    assert "D2026-0005" in missed and "D2026-0002" not in missed and "D2026-0003" not in missed
    lines = b"".join(browser.get("/cloud/drills/?format=csv&state=passed").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 8
    caches["local"].clear()
    with django_assert_max_num_queries(14):
        browser.get("/cloud/drills/")


def test_a_drill_is_for_the_team_and_its_own_organisation() -> None:
    own, other = made(cast.ronse(), 1), made(cast.eupen(), 2)
    spoc = client(cast.spoc_user(cast.ronse()))
    assert spoc.get(f"/cloud/drills/{own.pk}/").status_code == 200
    assert spoc.get(f"/cloud/drills/{other.pk}/").status_code == 404
    assert spoc.post(f"/cloud/drills/{other.pk}/certificate/").status_code == 404
    assert "D2026-0002" not in spoc.get("/cloud/drills/").content.decode()
    assert spoc.get("/cloud/drills/claimed/").status_code == 403
    assert spoc.post(f"/cloud/drills/of/{own.organisation_id}/new/").status_code == 403
    assert Client().get("/cloud/drills/").status_code == 302


def test_one_drill_shows_its_times_and_its_limits() -> None:
    page = client(cast.duty_officer()).get(f"/cloud/drills/{made(cast.ronse(), 1).pk}/").content.decode()
    assert "10.0 min" in page and "within the target of 15 minutes" in page
    assert page.count("<rect") == 4
    assert "sample data" in page and "People were not measured" in page and "5 minutes" in page
    failed = made(cast.ronse(), 2, minutes=None, error="This key does not open the repository")
    page = client(cast.duty_officer()).get(f"/cloud/drills/{failed.pk}/").content.decode()
    assert "does not open the repository" in page and "Certificate" not in page


def test_the_certificate_says_what_was_proven_and_what_not() -> None:
    one = made(cast.ronse(), 1, exercise=True)
    answer = client(cast.duty_officer()).post(f"/cloud/drills/{one.pk}/certificate/")
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in (
        "EXERCISE",
        "D2026-0001",
        "AMBER+STRICT",
        "10.0 min",
        "answers",
        "sample data",
        "People were not measured",
    ):
        assert words in text, words
    assert JournalEntry.objects.filter(verb="drill.certificate", object_id=str(one.pk)).exists()
    with pytest.raises(Conflict):
        drill_papers.certificate(made(cast.ronse(), 2, minutes=None), language="nl")


def test_claimed_beside_exercised_across_the_population(django_assert_max_num_queries: Any) -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    cast.wemmel()
    for town in (ronse, eupen):
        Preparation.objects.create(
            organisation=town, services=["page"], label=town.nis, changed_at=moment.now(), claimed_rto_minutes=5
        )
    made(ronse, 9, minutes=3)
    made(ronse, 1, minutes=10)  # the last one counts, not the best one
    made(eupen, 2, minutes=None)
    made(cast.wemmel(), 3, minutes=1, exercise=True)  # an exercise says nothing about reality
    browser = client(cast.duty_officer())
    page = browser.get("/cloud/drills/claimed/").content.decode()
    everybody = Organisation.objects.constituents().count()
    assert (
        f"1 of {everybody} organisations showed a recovery time in a drill; 2 claim one; of those that did both, 1 needed longer"
        in page
    )
    worse = browser.get("/cloud/drills/claimed/?which=worse").content.decode()
    assert "Ronse" in worse and "Wemmel" not in worse
    never = browser.get("/cloud/drills/claimed/?which=never").content.decode()
    assert "Wemmel" in never and "Eupen" in never and ">Ronse<" not in never
    assert ">Eupen<" in browser.get("/cloud/drills/claimed/?which=failed").content.decode()
    caches["local"].clear()
    with django_assert_max_num_queries(16):
        browser.get("/cloud/drills/claimed/")


def test_an_officer_starts_a_drill_and_sees_it_over_time(engine: playing.Engine) -> None:
    ronse = cast.ronse()
    made(ronse, 91)
    browser = client(cast.duty_officer())
    assert browser.post(f"/cloud/drills/of/{ronse.pk}/new/", {"because": "the yearly one"}).status_code == 302
    asked = Drill.objects.get(state="waiting")
    assert (asked.because, asked.by) == ("the yearly one", "Duty officer")
    page = browser.get(f"/cloud/drills/of/{ronse.pk}/").content.decode()
    assert "D2026-0091" in page and asked.number in page and "10 minutes, target 15" in page
    browser.post(f"/cloud/drills/of/{ronse.pk}/new/")
    assert Drill.objects.filter(state="waiting").count() == 1
    with pytest.raises(Conflict):
        drills.drill(organisation=ronse, by=SYSTEM)
