"""What a demonstration has of ethical hacking: one engagement in an exercise, signed and being tested, a finding that its owner has seen, one that
it has not, and a researcher's report. Nothing of it is real, and every row says so.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import TEAM
from paraat.platform import moment
from paraat.readiness import engagement_papers
from paraat.readiness.actions import authorisations, disclosures, engagements, findings, scopes, testers
from paraat.readiness.actions.target_checks import ask_target
from paraat.readiness.models import Engagement
from paraat.readiness.rules import terms
from paraat.registry.models import Asset, Organisation

TESTER = "tester@paraat.example"
VECTOR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"
FOUND = (
    ("Zoekveld toont wat men ingeeft (demonstratie)", "79", True),
    ("Oud onderdeel op het portaal (demonstratie)", "1104", False),
)


def load() -> None:
    """Ronse's. Again changes nothing; without two people of the team there is nobody to compare a paper."""
    town = Organisation.objects.filter(kind="municipality", nis="45041").first()
    team = list(User.objects.active().filter(memberships__role__in=TEAM).distinct().order_by("email")[:2])
    asset = Asset.objects.as_of(moment.today()).filter(organisation=town, kind="domain").first() if town else None
    if Engagement.objects.exists() or town is None or asset is None or len(team) < 2:
        return
    row = _signed(town, asset, team)
    tester = testers.invite_tester(engagement=row, email=TESTER, name="Tester (demonstratie)", by=SYSTEM).user
    row = engagements.begin_testing(engagement=row, by=SYSTEM)
    ask_target(engagement=row, target=f"www.{asset.value}", by=actor_of(tester))
    ask_target(engagement=row, target="www.gent.be", by=actor_of(tester))
    for title, pattern, seen in FOUND:
        _find(row, tester, title, pattern, seen=seen)
    sent = disclosures.take_disclosure(
        text="De zoekfunctie voert uit wat men ingeeft (demonstratie).",
        target=f"www.{asset.value}",
        found_at=moment.now() - timedelta(hours=20),
        language="nl",
        exercise=True,
    )
    disclosures.attribute_disclosure(disclosure=sent, organisation=town, by=SYSTEM)
    disclosures.pass_on(disclosure=sent, by=SYSTEM)


def _signed(town: Organisation, asset: Asset, team: list[User]) -> Engagement:
    today = moment.today()
    row = engagements.plan_engagement(
        organisation=town,
        title="Webtoepassingen (demonstratie)",
        starts_on=today,
        ends_on=today + timedelta(days=21),
        stop_phone="+32 2 000 00 00",
        forbidden=["load", "physical"],
        exercise=True,
        by=SYSTEM,
    )
    scopes.put_in_scope(engagement=row, asset=asset, by=SYSTEM)
    for paper in authorisations.make_papers(engagement=row, by=SYSTEM):
        content = io.BytesIO(engagement_papers.authorisation(paper))
        authorisations.bring_back(
            authorisation=paper,
            name="demonstratie.pdf",
            stream=content,
            signed_by="Algemeen directeur (demonstratie)",
            signed_on=today,
            by=actor_of(team[0]),
        )
        authorisations.check_paper(authorisation=paper, control=terms.control(paper.digest), by=actor_of(team[1]))
    row.refresh_from_db()
    return row


def _find(row: Engagement, tester: User, title: str, pattern: str, *, seen: bool) -> None:
    fields: dict[str, Any] = {
        "title": title,
        "target": f"www.{row.scope.all()[0].value}",
        "what": "Demonstratie: hier staat wat er mis is.",
        "reproduction": "Demonstratie: hier staat stap voor stap hoe men het ziet.",
        "advice": "Demonstratie: hier staat wat men eraan doet.",
        "vector": VECTOR,
        "pattern": pattern,
    }
    made = findings.draft_finding(engagement=row, author=tester, by=actor_of(tester), **fields)
    findings.disclose(finding=made, by=actor_of(tester))
    if seen:
        findings.see_finding(finding=made, by=SYSTEM)
