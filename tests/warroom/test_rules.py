"""The rules of rooms: who may what, what the disinformation lane refuses, when the next briefing is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.alerts.rules.night import ZONE
from paraat.kernel.marking import Role, Tlp, Viewer
from paraat.warroom.rules import disinformation, lanes, reviews, rhythm, rights
from paraat.warroom.rules.disinformation import Trace
from paraat.warroom.rules.rights import Standing

viewers = st.builds(Viewer, user=st.just(UUID(int=1)), roles=st.frozensets(st.sampled_from(list(Role)), max_size=3))
parts = st.lists(st.sampled_from(["lead", "responder", "observer"]), max_size=3)


@pytest.mark.parametrize(
    ("role", "part", "expected"),
    [
        (Role.DUTY_OFFICER, None, Standing.RUNS), (Role.COORDINATOR, "observer", Standing.RUNS), (Role.AUDITOR, None, Standing.READS),
        (Role.PARTNER, None, Standing.NOTHING), (Role.PARTNER, "lead", Standing.STEERS), (Role.PARTNER, "responder", Standing.WRITES),
        (Role.PARTNER, "observer", Standing.READS), (Role.SPOC, "lead", Standing.STEERS), (Role.PROVIDER, "responder", Standing.WRITES),
        (Role.OBSERVER, "lead", Standing.READS), (Role.AUDITOR, "lead", Standing.READS), (Role.ADMINISTRATOR, None, Standing.NOTHING),
    ],
)  # fmt: skip
def test_what_a_part_makes_of_whom(role: Role, part: str | None, expected: Standing) -> None:
    assert rights.standing(Viewer(roles=frozenset({role})), [part] if part else []) is expected


@given(viewers, parts)
def test_only_the_team_says_who_takes_part(viewer: Viewer, held: list[str]) -> None:
    standing = rights.standing(viewer, held)
    assert rights.may(standing, "participants") == viewer.is_team
    assert rights.may(standing, "join") == viewer.is_team
    assert rights.may(standing, "signal") <= rights.may(standing, "read")


@given(viewers, st.sampled_from(list(Tlp)), st.lists(st.sampled_from(list(Tlp)), max_size=3))
def test_whoever_is_not_of_the_house_sees_nothing_above_his_ceiling(
    viewer: Viewer, tlp: Tlp, ceilings: list[Tlp]
) -> None:
    if not viewer.has(Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR):
        assert rights.may_see(viewer, tlp, ceilings) == any(tlp <= one for one in ceilings)
    if viewer.has(Role.AUDITOR) and not viewer.is_team and not ceilings:
        assert rights.may_see(viewer, tlp, []) == (tlp < Tlp.RED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Posted by @someone_real", Trace.HANDLE), ("see https://www.facebook.com/some.body", Trace.PROFILE),
        ("x.com/somebody/status/1", Trace.PROFILE), ("t.me/channel", Trace.PROFILE), ("mail jan@voorbeeld.be", Trace.MAIL),
        ("jan (at) voorbeeld.be", Trace.MAIL), ("call 0479 12 34 56", Trace.PHONE), ("+32 2 555 12 34 rings", Trace.PHONE),
        ("The voting machines in 3 towns would be hacked", None), ("Seen on 08.10.2024 14:46 and 2024-10-09", None),
        ("A public group on Facebook, 1 200 000 views", None), ("www.vrt.be/vrtnws/nl/2024", None), ("0,5 % of 557 000 voters", None),
        ("example.com/news", None), ("notx.com.be/page", None),
    ],
)  # fmt: skip
def test_the_disinformation_lane_refuses_what_points_at_a_person(text: str, expected: Trace | None) -> None:
    assert disinformation.trace(text) is expected


@given(st.from_regex(r"\A[a-z]{2,12}@[a-z]{2,12}\.(be|eu)\Z"), st.text(alphabet="abc xyz", max_size=20))
def test_no_mail_address_passes(address: str, around: str) -> None:
    assert disinformation.first_trace({"claim": "", "spread": f"{around} {address} {around}"}) == ("spread", Trace.MAIL)


def test_signals_go_90_days_after_the_period_or_after_their_report() -> None:
    end = datetime(2024, 10, 14, 6, tzinfo=UTC)
    assert disinformation.purge_at(end, end - timedelta(days=3)) == end + timedelta(days=90)
    assert disinformation.purge_at(end, end + timedelta(days=1)) == end + timedelta(days=91)
    assert disinformation.purge_at(None, end) is None


def test_an_election_has_its_four_lanes_in_four_languages() -> None:
    assert [one.key for one in lanes.first("election")] == ["cyber", "public_order", "disinformation", "operational"]
    assert [one.disinformation for one in lanes.first("election")] == [False, False, True, False]
    assert all(all(one.title.values()) and len(one.title) == 4 for one in lanes.ELECTION + lanes.GENERAL)
    assert [one.key for one in lanes.first("incident")] == ["general"]


def test_the_rhythm_is_read_as_people_type_it() -> None:
    points = rhythm.read("17h30 Sitrep\n\n 8:00  Briefing ")
    assert points == [{"at": "08:00", "what": "Briefing"}, {"at": "17:30", "what": "Sitrep"}]
    assert rhythm.read(rhythm.written(points)) == points
    with pytest.raises(ValueError, match="25:00 Never"):
        rhythm.read("25:00 Never")


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC)),
    st.lists(st.times().map(lambda one: {"at": f"{one:%H:%M}", "what": "Briefing"}), min_size=1, max_size=4),
)
def test_the_next_point_is_within_a_day_and_at_its_clock(now: datetime, points: list[dict[str, str]]) -> None:
    found = rhythm.upcoming(points, now)
    assert found is not None and now < found.at <= now + timedelta(hours=25)
    assert f"{found.at:%H:%M}" in {one["at"] for one in points}
    assert found.at.tzinfo is ZONE


def test_there_is_no_point_after_the_period() -> None:
    now = datetime(2024, 10, 13, 20, tzinfo=UTC)
    assert rhythm.upcoming([{"at": "08:00", "what": "Briefing"}], now, end=now + timedelta(hours=2)) is None
    assert rhythm.upcoming([], now) is None


def test_a_review_has_four_answers() -> None:
    assert reviews.missing({"expected": "x", "happened": " "}) == ["happened", "why", "changes"]
    assert reviews.cleaned({"expected": " x ", "other": "y"}) == {
        "expected": "x",
        "happened": "",
        "why": "",
        "changes": "",
    }
