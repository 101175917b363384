"""What the operations do, each through its action, and what one may see of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Alert, CallLine, Delivery, Inbound, Notice
from paraat.feeds.models import Run
from paraat.kernel.marking import Role, Tlp
from paraat.observations.models import Finding, QuarantinedRow, UnassignedHost
from paraat.platform import moment
from paraat.platform.api import Scope
from paraat.platform.channels.signature import signed
from paraat.registry.models import Asset, Organisation
from tests import cast
from tests.alerts import staging
from tests.api import stage
from tests.api.stage import Caller

pytestmark = pytest.mark.django_db


def officer() -> Caller:
    return Caller(cast.duty_officer())


def names(answer: Any, field: str = "name") -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one[field] for one in answer.json()["items"]]


# Organisations --------------------------------------------------------------------------------------------------------------------
def test_organisations_are_listed_found_and_dated() -> None:
    cast.ronse(), cast.eupen()
    Organisation.objects.create(kind="municipality", name="Merged away", languages=["nl"], active_until="2025-01-01")
    caller = officer()
    assert names(caller.get("/organisations")) == ["Eupen", "Ronse"]
    assert names(caller.get("/organisations?as_of=2024-12-31")) == ["Eupen", "Merged away", "Ronse"]
    assert names(caller.get("/organisations?q=renaix")) == ["Ronse"]
    assert names(caller.get("/organisations?nis=63023")) == ["Eupen"]
    one = caller.get(f"/organisations/{cast.ronse().pk}").json()
    assert (one["nis"], one["tlp"], one["names"]["fr"]) == ("45041", "TLP:GREEN", "Renaix")


def test_a_spoc_sees_its_own_and_nothing_of_others() -> None:
    cast.eupen()
    caller = Caller(cast.spoc_user(cast.ronse()))
    assert names(caller.get("/organisations")) == ["Ronse"]
    assert names(caller.get("/assets"), "value") == ["ronse.be"]
    assert caller.get(f"/organisations/{cast.eupen().pk}").status_code == 404


def test_a_provider_reads_along_with_the_customer_that_agreed() -> None:
    cast.spiere_helkijn()
    caller = Caller(cast.provider_user())
    assert names(caller.get("/organisations")) == ["Ronse", "Streek-ICT (fictitious)"]
    assert names(caller.get("/assets"), "value") == ["streek-ict.example"]  # Ronse's are AMBER
    Asset.objects.update(tlp=Tlp.GREEN)
    assert names(caller.get("/assets"), "value") == ["ronse.be", "streek-ict.example"]


# Feeds ----------------------------------------------------------------------------------------------------------------------------
def test_a_file_that_is_handed_in_is_read_and_warns() -> None:
    cast.ronse()
    source = staging.source()
    caller = officer()
    file = SimpleUploadedFile("list.json", stage.LIST.encode(), "application/json")
    answer = caller.send("/feeds/files", {"source": source.slug, "file": file, "listed_at": moment.now().isoformat()})
    assert answer.status_code == 201, answer.content
    run = answer.json()
    assert (run["state"], run["origin"], run["records"], run["organisations"]) == ("read", "api", 1, 1)
    result = caller.get(f"/feeds/runs/{run['id']}/result").json()
    assert [one["nis"] for one in result["organisations"]] == ["45041"]
    assert Alert.objects.get(run=run["id"]).state == "sent"
    again = SimpleUploadedFile("again.json", stage.LIST.encode(), "application/json")
    repeated = caller.send("/feeds/files", {"source": source.slug, "file": again}).json()
    assert (repeated["state"], repeated["same_as"]) == ("repeated", run["id"])
    assert names(caller.get("/feeds/runs"), "state") == ["repeated", "read"]


def test_a_file_with_a_key_is_handed_in_once() -> None:
    cast.ronse()
    caller, source = officer(), staging.source()
    answers = []
    for _boundary_differs in range(2):
        file = SimpleUploadedFile("list.json", stage.LIST.encode(), "application/json")
        answers.append(
            caller.client.post(
                "/api/v1/feeds/files", {"source": source.slug, "file": file}, headers={"Idempotency-Key": "k"}
            )
        )
    assert answers[0].status_code == answers[1].status_code == 201
    assert answers[0].content == answers[1].content
    assert Run.objects.count() == 1
    other = SimpleUploadedFile("list.json", stage.LIST.replace("443", "444").encode(), "application/json")
    refused = caller.client.post(
        "/api/v1/feeds/files", {"source": source.slug, "file": other}, headers={"Idempotency-Key": "k"}
    )
    assert refused.status_code == 422


def test_pasted_text_is_read() -> None:
    cast.ronse()
    caller = officer()
    from paraat.feeds.models import Source

    Source.objects.create(slug="chat", title="Chat", format="target_text", confirmed_at=moment.now())
    answer = caller.post("/feeds/text", {"source": "chat", "text": "targets today:\n+ hxxps://www.ronse[.]be/login\n"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["organisations"] == 1
    assert caller.post("/feeds/text", {"source": "nowhere", "text": "x"}).status_code == 404
    assert caller.post("/feeds/text", {"source": "chat", "text": "a\u0000b"}).status_code == 422


def test_rows_in_quarantine_are_dropped_once() -> None:
    known, caller = stage.everything(), officer()
    assert names(caller.get("/quarantine"), "reason") == ["not a host"]
    assert caller.post("/quarantine/drop", {"rows": known["row"]}).json() == {"number": 1}
    assert caller.post("/quarantine/drop", {"rows": known["row"]}).status_code == 409
    assert QuarantinedRow.objects.get().state == "dropped"
    assert names(caller.get("/quarantine"), "reason") == []


def test_a_perhaps_is_decided_and_a_host_assigned() -> None:
    known, caller = stage.everything(), officer()
    assert names(caller.get("/findings?undecided=true"), "target") == ["perhaps.drogenbos.be"]
    assert caller.post("/perhaps/decide", {"findings": known["finding"], "yes": False}).json() == {"number": 1}
    assert Finding.objects.get(pk=known["finding"][0]).decision == "no"
    (host,) = known["host"]
    assert caller.post(f"/unassigned/{host}/assign", {"organisation": known["organisation"][0]}).status_code == 200
    assert UnassignedHost.objects.get().state == "assigned"
    assert Asset.objects.filter(value="nobody.be", organisation=cast.ronse()).exists()


def test_a_host_is_handed_over_with_a_receipt() -> None:
    known, caller = stage.everything(), officer()
    handed = {"hosts": known["host"], "partner": str(cast.partner().pk), "receipt": "ticket 7, by phone"}
    assert caller.post("/unassigned/hand-over", {**handed, "receipt": ""}).status_code == 422
    assert caller.post("/unassigned/hand-over", {**handed, "partner": str(cast.ronse().pk)}).status_code == 422
    assert caller.post("/unassigned/hand-over", handed).json() == {"number": 1}
    assert caller.post("/unassigned/leave", {"hosts": known["host"], "reason": "no"}).status_code == 409


def test_a_perhaps_is_not_for_those_whom_it_names() -> None:
    known = stage.everything()
    spoc = Caller(cast.account("spoc.drogenbos", "SPOC", Role.SPOC, cast.drogenbos()))
    assert names(spoc.get("/findings"), "target") == []
    Caller(cast.duty_officer()).post("/perhaps/decide", {"findings": known["finding"], "yes": True})
    assert names(spoc.get("/findings"), "target") == ["perhaps.drogenbos.be"]


# Alerts ---------------------------------------------------------------------------------------------------------------------------
def test_a_held_alert_is_released_and_withdrawn() -> None:
    known, caller = stage.everything(), officer()
    held = known["alert"][1]
    assert caller.get(f"/alerts/{held}").json()["state"] == "held"
    assert caller.post(f"/alerts/{held}/release").json()["state"] == "sent"
    assert caller.post(f"/alerts/{held}/release").status_code == 409
    assert caller.post(f"/alerts/{held}/withdraw", {}).status_code == 422
    correction = caller.post(f"/alerts/{held}/withdraw", {"reason": "it was last year's list"}).json()
    assert (correction["kind"], correction["corrects"]) == ("correction", held)
    assert caller.post(f"/alerts/{known['alert'][2]}/decline", {"reason": "a joke"}).json()["state"] == "not_sent"


def test_a_spoc_acknowledges_its_own_notice_and_no_other() -> None:
    alert = stage.everything()["alert"][0]
    spoc = Caller(cast.spoc_user(cast.ronse()))
    mine = spoc.get("/notices").json()["items"]
    assert {one["organisation"] for one in mine} == {str(cast.ronse().pk)}
    [notice] = Notice.objects.filter(alert=alert, organisation=cast.ronse())
    [other] = Notice.objects.filter(alert=alert, organisation=cast.spiere_helkijn())
    assert str(notice.pk) in {one["id"] for one in mine}
    assert spoc.post(f"/notices/{other.pk}/acknowledge", {"name": "SPOC"}).status_code == 404
    path = f"/notices/{notice.pk}"
    assert spoc.post(f"{path}/acknowledge", {"name": " "}).status_code == 422  # reached means a named person
    done = spoc.post(f"{path}/acknowledge", {"name": "SPOC, Ronse"}).json()
    assert (done["state"], done["acknowledged_by"], done["acknowledged_through"]) == (
        "acknowledged",
        "SPOC, Ronse",
        "portal",
    )
    until = (moment.now() + timedelta(days=1)).isoformat()
    assert spoc.post(f"{path}/mitigation", {"text": "behind a filter", "until": until}).status_code == 200
    assert spoc.post(f"{path}/site", {"state": "up", "since": moment.now().isoformat()}).json()["site_state"] == "up"


def test_what_is_held_is_not_for_those_whom_it_names() -> None:
    stage.everything()
    spoc = Caller(cast.account("spoc.eupen", "SPOC", Role.SPOC, cast.eupen()))
    assert names(spoc.get("/notices"), "state") == []
    assert "prepared" in names(officer().get("/notices?limit=200"), "state")


def test_no_answer_holds_the_code_of_a_notice() -> None:
    stage.everything()
    code = Notice.objects.order_by("pk")[0].code
    caller = officer()
    for path in ("/notices", "/deliveries", "/alerts", "/calls", "/journal"):
        assert code not in caller.get(path + "?limit=200").content.decode()


def test_a_call_is_claimed_by_one_and_closed() -> None:
    known, caller = stage.everything(), officer()
    (line,) = known["line"]
    other = Caller(cast.second_officer())
    assert caller.post(f"/calls/{line}/claim").json()["claimed_by"] == str(cast.duty_officer().pk)
    assert other.post(f"/calls/{line}/claim").status_code == 409
    assert caller.post(f"/calls/{line}/release").status_code == 200
    assert other.post(f"/calls/{line}/claim").status_code == 200
    assert other.post(f"/calls/{line}/close", {"outcome": "no_answer"}).json()["outcome"] == "no_answer"
    assert CallLine.objects.get(pk=line).closed_at is not None


def test_one_button_stops_all_sending() -> None:
    caller = officer()
    assert caller.get("/sending").json()["stopped_at"] is None
    assert caller.post("/sending/stop", {"reason": "a wrong list"}).json()["stopped_at"]
    assert caller.post("/sending/stop", {"reason": "again"}).status_code == 409
    assert caller.get("/sending").json()["reason"] == "a wrong list"
    assert caller.post("/sending/resume", {"reason": "set right"}).json()["stopped_at"] is None


def test_an_announcement_to_many_waits_for_a_second_person() -> None:
    for number in range(30):
        Organisation.objects.create(kind="municipality", name=f"Town {number}", languages=["nl"], province="40000")
    author, second = officer(), Caller(cast.coordinator())
    said = {"audience": {"province": "40000"}, "title": {"en": "Patch"}, "text": {"en": "Patch today."}, "severity": 2}
    draft = author.post("/announcements", {**said, "tlp": "TLP:AMBER"}).json()
    assert (draft["state"], draft["needs_second"], draft["tlp"]) == ("draft", True, "TLP:AMBER")
    assert author.post(f"/announcements/{draft['id']}/send").status_code == 403
    assert author.post(f"/announcements/{draft['id']}/approve").status_code == 403
    assert second.post(f"/announcements/{draft['id']}/approve").status_code == 200
    assert author.post(f"/announcements/{draft['id']}/send").json()["state"] == "sent"
    assert author.post("/announcements", {**said, "tlp": "TLP:AMBER", "audience": {}}).status_code == 422


def test_a_partner_writes_in_its_own_name_only() -> None:
    cast.ronse()
    partner = Caller(cast.partner_user())
    said = {
        "audience": {"all": True},
        "title": {"nl": "Les"},
        "text": {"nl": "Lees dit."},
        "severity": 1,
        "tlp": "TLP:GREEN",
    }
    assert partner.post("/announcements", {**said, "sender": str(cast.ronse().pk)}).status_code == 403
    draft = partner.post("/announcements", said)
    assert draft.status_code == 201
    assert Alert.objects.get(pk=draft.json()["id"]).sender == cast.partner()
    assert partner.post(f"/announcements/{draft.json()['id']}/send").status_code == 403


def test_coverage_counts_every_organisation_once() -> None:
    known, caller = stage.everything(), officer()
    register = caller.get("/coverage").json()
    assert sum(register["counts"].values()) == register["denominator"] == Organisation.objects.constituents().count()
    of_alert = caller.get(f"/alerts/{known['alert'][0]}/coverage").json()
    assert of_alert["denominator"] == 2
    assert of_alert["counts"]["waiting"] == 2


def test_deliveries_are_the_teams_to_read() -> None:
    known = stage.everything()
    rows = officer().get(f"/deliveries?alert={known['alert'][0]}").json()
    assert rows["total"] == Delivery.objects.filter(alert=known["alert"][0]).count() > 0
    assert Caller(cast.partner_user()).get("/deliveries").status_code == 403


# Tasks and journal ----------------------------------------------------------------------------------------------------------------
def test_a_task_is_closed() -> None:
    known, caller = stage.everything(), officer()
    (task,) = known["task"]
    assert task in names(caller.get("/tasks?limit=200"), "id")
    assert caller.post(f"/tasks/{task}/close", {"outcome": "done"}).status_code == 200
    assert WaitingTask.objects.get(pk=task).outcome == "done"
    assert task not in names(caller.get("/tasks?limit=200"), "id")


def test_the_journal_says_who_did_what_of_what_one_may_see() -> None:
    stage.everything()
    whole = officer().get("/journal?limit=200").json()
    own = Caller(cast.spoc_user(cast.ronse())).get("/journal?limit=200").json()
    assert whole["total"] > own["total"] > 0
    assert {one["chain"] for one in own["items"]} == {str(cast.ronse().pk)}
    later = officer().get("/journal?since=2199-01-01T00:00:00Z").json()
    assert later["total"] == 0


# Gateways -------------------------------------------------------------------------------------------------------------------------
SECRET = "a secret between us and the gateway"


def event(content: dict[str, Any], identifier: str = "e1", secret: str = SECRET, age: int = 0) -> Any:
    body = json.dumps(content).encode()
    headers = signed(identifier, body, secret.encode(), datetime.now(UTC) - timedelta(seconds=age))
    return Client().post("/api/v1/gateway/events", body, content_type="application/json", headers=headers)


def test_an_sms_reply_acknowledges_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_GATEWAY_SECRET", SECRET)
    alert = staging.alert_for(cast.ronse())
    notice = Notice.objects.get(alert=alert)
    number = cast.channel(cast.ronse(), "spoc", "sms").address
    content = {"event": "reply", "from": number, "text": f"ok {notice.code}"}
    assert event(content).json() == {"new": True}
    assert event(content).json() == {"new": False}
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_through) == ("acknowledged", "sms")
    assert Inbound.objects.count() == 1


@pytest.mark.parametrize("changed", [{"secret": "another secret of somebody else"}, {"age": 3600}])
def test_what_is_not_signed_by_the_gateway_is_refused(changed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_GATEWAY_SECRET", SECRET)
    assert event({"event": "status", "reference": "x"}, **changed).status_code == 403
    monkeypatch.setenv("PARAAT_GATEWAY_SECRET", "")
    assert event({"event": "status"}, secret="").status_code == 403
    assert not Inbound.objects.exists()


def test_a_token_with_one_scope_does_one_thing() -> None:
    caller = Caller(cast.duty_officer(), Scope.ALERTS_READ)
    assert caller.get("/alerts").status_code == 200
    assert caller.post("/sending/stop", {"reason": "x"}).status_code == 403
