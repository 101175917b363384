"""What the tests of ethical hacking put on stage: an engagement of Ronse that is signed and goes on, testers, findings."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.platform import moment
from paraat.readiness.actions import authorisations, engagements, findings, scopes, testers
from paraat.readiness.models import Authorisation, Engagement, Finding, Tester
from paraat.readiness.rules import terms
from paraat.registry.models import Asset, Organisation
from tests import cast

VECTOR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def officer() -> Actor:
    """The duty officer, who plans and brings papers."""
    return actor_of(cast.duty_officer())


def second() -> Actor:
    """Another one, who compares them."""
    return actor_of(cast.second_officer())


def network(of: Organisation, value: str, **more: Any) -> Asset:
    """Put a network on file."""
    return Asset.objects.create(
        organisation=of, kind="network", value=value, verified_at=cast.CONFIRMED, source="cast", **more
    )


def planned(organisation: Organisation | None = None, **more: Any) -> Engagement:
    """An engagement with everything filled in and the organisation's domain in its scope; nothing is signed."""
    town = organisation or cast.ronse()
    today = moment.today()
    values: dict[str, Any] = {
        "title": "Web applications",
        "starts_on": today - timedelta(days=1),
        "ends_on": today + timedelta(days=13),
        "stop_phone": "+447700900911",
    }
    made = engagements.plan_engagement(organisation=town, by=officer(), **(values | more))
    asset = Asset.objects.filter(organisation=town, kind="domain").first()
    if asset is not None:
        scopes.put_in_scope(engagement=made, asset=asset, by=officer())
    made.refresh_from_db()
    return made


def sign(paper: Authorisation, *, by: Actor | None = None) -> Authorisation:
    """The paper comes back with a signature."""
    return authorisations.bring_back(
        authorisation=paper,
        name="signed.pdf",
        stream=io.BytesIO(b"%PDF-1.7 signed " + paper.digest.encode()),
        signed_by="Head of administration",
        signed_on=moment.today(),
        by=by or officer(),
    )


def check(paper: Authorisation, *, by: Actor | None = None) -> Engagement:
    """Another one of the team compares it."""
    control = terms.control(paper.digest)
    return authorisations.check_paper(authorisation=paper, control=control, by=by or second())


def authorised(organisation: Organisation | None = None, **more: Any) -> Engagement:
    """Signed, compared, in force."""
    made = planned(organisation, **more)
    for paper in authorisations.make_papers(engagement=made, by=officer()):
        check(sign(paper))
    made.refresh_from_db()
    return made


def going(organisation: Organisation | None = None, *, with_testers: int = 1, **more: Any) -> Engagement:
    """Testing goes on, with so many testers."""
    made = authorised(organisation, **more)
    for number in range(1, with_testers + 1):
        invited(made, cast.tester(number))
    return engagements.begin_testing(engagement=made, by=officer())


def invited(engagement: Engagement, user: User) -> Tester:
    """An account that tests it."""
    return testers.invite_tester(engagement=engagement, email=user.email, name=user.name, by=officer())


def drafted(engagement: Engagement, *, author: User | None = None, **more: str) -> Finding:
    """A finding that a tester writes."""
    writer = author or cast.tester()
    fields = {
        "title": "Search box runs what it is given",
        "target": "www.ronse.be/search",
        "what": "The answer holds the question as it came.",
        "reproduction": "Ask for a script.",
        "advice": "Escape what is shown.",
        "vector": VECTOR,
        "pattern": "79",
    }
    return findings.draft_finding(engagement=engagement, author=writer, by=actor_of(writer), **(fields | more))


def disclosed(engagement: Engagement, **more: str) -> Finding:
    """A finding that its owner was told of."""
    return findings.disclose(finding=drafted(engagement, **more), by=actor_of(cast.tester()))
