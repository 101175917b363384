"""A "perhaps" is decided, a host that nobody owns is assigned, handed over or left: once, by a person, with everything that follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paraat.feeds import actions as feeds
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.observations import actions
from paraat.observations.models import Finding, Match, UnassignedHost
from paraat.observations.views.hosts import possible
from paraat.platform import facts
from paraat.platform.models import JournalEntry
from paraat.registry.models import Asset
from tests import cast
from tests.feeds.lists import brought, ddosia

pytestmark = pytest.mark.django_db
BY = Actor(ActorKind.SYSTEM, None, "Duty officer")


@pytest.fixture
def source() -> Source:
    return ddosia()


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is announced, in order; nobody acts upon it."""
    heard: list[Any] = []
    kinds = (facts.PerhapsDecided, facts.Waits, facts.Settled)
    monkeypatch.setattr(facts, "_subscribers", {facts.ListRead: []} | {kind: [heard.append] for kind in kinds})
    return heard


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(cast.duty_officer())
    return client


def doubtful(source: Source) -> list[Finding]:
    """Two lines that are only perhaps Eupen's and Ronse's."""
    cast.eupen()
    cast.ronse()
    brought(source, ["eupen-auth.platform.be", "ronse.platform.be"])
    return list(Finding.objects.open_perhaps().order_by("target"))


# Perhaps --------------------------------------------------------------------------------------------------------------------------
def test_a_yes_is_announced_and_the_last_one_settles_the_task(source: Source, announced: list[Any]) -> None:
    eupen, ronse = doubtful(source)
    announced.clear()

    assert actions.decide_perhaps(findings=[eupen.pk], yes=True, by=BY, note="asked them") == 1
    assert announced == [facts.PerhapsDecided(eupen.pk, eupen.run, eupen.organisation_id, yes=True)]
    assert actions.decide_perhaps(findings=[ronse.pk], yes=False, by=BY) == 1
    assert announced[-1] == facts.Settled(f"perhaps/{eupen.run}")

    eupen.refresh_from_db()
    assert (eupen.decision, eupen.decided_by, eupen.note) == ("yes", "Duty officer", "asked them")
    assert list(Finding.objects.telling()) == [eupen]
    assert JournalEntry.objects.filter(verb="perhaps.decided", chain=eupen.organisation_id).count() == 1


def test_two_officers_decide_and_the_second_is_told(source: Source) -> None:
    eupen, ronse = doubtful(source)
    actions.decide_perhaps(findings=[eupen.pk], yes=True, by=BY)
    with pytest.raises(Conflict):
        actions.decide_perhaps(findings=[eupen.pk, ronse.pk], yes=False, by=BY)
    ronse.refresh_from_db()
    assert ronse.decision == ""  # all or none


# Hosts that nobody owns -----------------------------------------------------------------------------------------------------------
def nobodys(source: Source, *hosts: str, **more: Any) -> list[UnassignedHost]:
    run = brought(source, list(hosts), **more)
    return list(UnassignedHost.objects.filter(run=run.pk).order_by("host"))


def test_an_assigned_host_becomes_an_asset_and_a_finding_that_is_told(source: Source, announced: list[Any]) -> None:
    wemmel = cast.wemmel()
    [host] = nobodys(source, "www.ourtown.be", "www.ourtown.be")
    announced.clear()

    [finding] = actions.assign_host(host=host, organisation=wemmel, value="ourtown.be", by=BY)

    assert Asset.objects.get(value="ourtown.be").organisation == wemmel
    assert (finding.organisation, finding.target, finding.certainty, finding.rows) == (
        wemmel,
        "www.ourtown.be",
        "certain",
        2,
    )
    assert (finding.reason, finding.because, finding.severity) == ("domain", "ourtown.be", 3)
    assert finding.facts["addresses"] == ["192.0.2.1"]
    assert Match.objects.filter(organisation=wemmel).count() == 2
    assert announced == [
        facts.Settled(f"unassigned/{host.run}"),
        facts.PerhapsDecided(finding.pk, host.run, wemmel.pk, yes=True),
    ]
    host.refresh_from_db()
    assert (host.state, host.assigned_to) == ("assigned", wemmel)
    later = brought(source, ["www.ourtown.be", "other.example"], name="2024-10-09.json")
    assert Finding.objects.get(run=later.pk).organisation == wemmel


def test_all_open_hosts_in_the_domain_become_theirs_and_only_this_list_is_told(
    source: Source, announced: list[Any]
) -> None:
    wemmel = cast.wemmel()
    nobodys(source, "old.ourtown.be", name="2024-10-01.json")
    [app, www] = nobodys(source, "www.ourtown.be", "app.ourtown.be")
    [drill] = nobodys(source, "www.ourtown.be", exercise=True)
    announced.clear()
    actions.assign_host(host=www, organisation=wemmel, value="ourtown.be", by=BY)
    app.refresh_from_db()
    drill.refresh_from_db()
    assert (app.state, drill.state) == ("assigned", "open")
    assert Finding.objects.filter(organisation=wemmel).count() == 3
    assert {fact.run for fact in announced if isinstance(fact, facts.PerhapsDecided)} == {www.run}


def test_a_host_that_was_perhaps_somebodys_becomes_certain(source: Source) -> None:
    [_, ronse] = doubtful(source)
    host = UnassignedHost.objects.get(host="ronse.platform.be")
    [finding] = actions.assign_host(host=host, organisation=ronse.organisation, value="ronse.platform.be", by=BY)
    assert finding.pk == ronse.pk
    assert (finding.certainty, finding.decision) == ("certain", "yes")


@pytest.mark.parametrize("value", ["elsewhere.be", "be", "town.be"])
def test_only_a_name_around_the_host_can_become_theirs(source: Source, value: str) -> None:
    [host] = nobodys(source, "www.ourtown.be")
    with pytest.raises(Invalid):
        actions.assign_host(host=host, organisation=cast.wemmel(), value=value, by=BY)
    assert not Asset.objects.filter(source="unassigned").exists()


def test_what_somebody_can_own_of_a_name() -> None:
    assert possible("www.gemeente.ourtown.be") == ["ourtown.be", "gemeente.ourtown.be", "www.gemeente.ourtown.be"]
    assert possible("www.port.brussels") == ["port.brussels", "www.port.brussels"]


def test_a_host_is_handed_over_with_a_receipt_and_never_becomes_ours(source: Source) -> None:
    one, two = nobodys(source, "a.portofelsewhere.be", "b.portofelsewhere.be")
    partner, ronse = cast.partner(), cast.ronse()
    with pytest.raises(Invalid, match="receipt"):
        actions.hand_over_hosts(hosts=[one.pk], partner=partner, receipt=" ", by=BY)
    with pytest.raises(Invalid, match="partner"):
        actions.hand_over_hosts(hosts=[one.pk], partner=ronse, receipt="ticket 7", by=BY)
    assert actions.hand_over_hosts(hosts=[one.pk, two.pk], partner=partner, receipt="ticket 7", by=BY) == 2
    one.refresh_from_db()
    assert (one.state, one.handed_to, one.receipt) == ("handed_over", partner, "ticket 7")
    with pytest.raises(Conflict):
        actions.assign_host(host=one, organisation=ronse, value="portofelsewhere.be", by=BY)
    assert not Finding.objects.exists()
    assert not Asset.objects.filter(value="portofelsewhere.be").exists()


def test_a_host_is_dealt_with_in_all_lists_at_once_but_not_in_an_exercise(source: Source) -> None:
    nobodys(source, "shop.be", name="2024-10-01.json")
    nobodys(source, "shop.be", exercise=True)
    [host] = nobodys(source, "shop.be", "x.example", name="2024-10-02.json")
    assert actions.leave_hosts(hosts=[host.pk], reason="a shop", by=BY) == 2
    assert UnassignedHost.objects.open().get().exercise


def test_leaving_a_host_needs_a_reason(source: Source, announced: list[Any]) -> None:
    [host] = nobodys(source, "shop.be")
    announced.clear()
    with pytest.raises(Invalid):
        actions.leave_hosts(hosts=[host.pk], reason="", by=BY)
    actions.leave_hosts(hosts=[host.pk], reason="a shop", by=BY)
    assert announced == [facts.Settled(f"unassigned/{host.run}")]
    with pytest.raises(Conflict):
        actions.leave_hosts(hosts=[host.pk], reason="a shop", by=BY)


# On screen ------------------------------------------------------------------------------------------------------------------------
def test_one_button_decides_one_line(officer: Client, source: Source) -> None:
    eupen, ronse = doubtful(source)
    page = officer.get(f"/perhaps/?run={eupen.run}").content.decode()
    assert "eupen-auth.platform.be" in page
    assert "Its name stands in the host name." in page
    officer.post("/perhaps/decide/", {"yes": str(eupen.pk), "finding": str(ronse.pk), "run": str(eupen.run)})
    assert list(Finding.objects.order_by("target").values_list("decision", flat=True)) == ["yes", ""]
    officer.post("/perhaps/decide/", {"chosen": "no", "finding": [str(ronse.pk)], "note": "no"})
    assert list(Finding.objects.order_by("target").values_list("decision", flat=True)) == ["yes", "no"]
    assert "eupen-auth" in officer.get("/perhaps/?decision=yes").content.decode()
    assert "eupen-auth" not in officer.get("/perhaps/").content.decode()
    answer = officer.post("/perhaps/decide/", {"yes": str(ronse.pk)}, follow=True)
    assert "Somebody else decided this" in answer.content.decode()
    assert officer.post("/perhaps/decide/", {}, follow=True).status_code == 200


def test_a_host_is_assigned_from_its_page(officer: Client, source: Source) -> None:
    wemmel = cast.wemmel()
    [host] = nobodys(source, "www.ourtown.be")
    assert "www.ourtown.be" in officer.get("/unassigned/").content.decode()
    page = officer.get(f"/unassigned/{host.pk}/?q=wem").content.decode()
    assert "Wemmel" in page
    assert officer.post(f"/unassigned/{host.pk}/", {"value": "ourtown.be"}).status_code == 422
    answer = officer.post(
        f"/unassigned/{host.pk}/", {"organisation": str(wemmel.pk), "value": "ourtown.be"}, follow=True
    )
    assert answer.status_code == 200
    assert Finding.objects.get().organisation == wemmel


def test_hosts_are_handed_over_and_left_by_the_handful(officer: Client, source: Source) -> None:
    one, two, three = nobodys(source, "a.example.be", "b.example.be", "c.example.be")
    given = {
        "host": [str(one.pk), str(two.pk)],
        "hand_over": "1",
        "partner": str(cast.partner().pk),
        "receipt": "called, ticket 9",
    }
    officer.post("/unassigned/decide/", given | {"partner": ""})
    officer.post("/unassigned/decide/", given)
    officer.post("/unassigned/decide/", {"host": [str(three.pk)], "leave": "1", "reason": "nobody's"})
    assert list(UnassignedHost.objects.order_by("host").values_list("state", flat=True)) == [
        "handed_over",
        "handed_over",
        "left",
    ]
    again = brought(source, ["a.example.be"], name="2024-10-10.json")
    page = officer.get(f"/unassigned/?run={again.pk}").content.decode()
    assert "last time" in page
    assert officer.get("/unassigned/?state=left").status_code == 200
    assert b"a.example.be" in b"".join(officer.get("/unassigned/?format=csv").streaming_content)


@pytest.mark.parametrize(
    ("who", "status"), [("auditor", 200), ("observer", 403), ("administrator", 403), ("provider_user", 403)]
)
def test_only_the_team_and_auditors_look_and_only_the_team_decides(
    client: Client, source: Source, who: str, status: int
) -> None:
    eupen, _ = doubtful(source)
    host = UnassignedHost.objects.first()
    assert host is not None
    client.force_login(getattr(cast, who)())
    for address in ["/perhaps/", "/unassigned/"]:
        assert client.get(address).status_code == status
    for address in ["/perhaps/decide/", "/unassigned/decide/", f"/unassigned/{host.pk}/"]:
        assert client.post(address, {"yes": str(eupen.pk)}).status_code == 403
    assert Run.objects.count() == 1


def test_a_spoc_sees_its_own_findings_and_nobody_elses(source: Source) -> None:
    feeds.change_source(source=source, by=BY, tlp=2)
    ronse, wemmel = cast.ronse(), cast.wemmel()
    brought(Source.objects.get(), ["www.ronse.be", "www.wemmel.be"])
    assert {finding.organisation for finding in Finding.objects.visible_to(cast.spoc_viewer(ronse))} == {ronse}
    assert {finding.organisation for finding in Finding.objects.visible_to(cast.team_viewer())} == {ronse, wemmel}
