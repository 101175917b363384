"""What is prepared before: fields, accounts by row, the page and who approved it, and records that the real DNS answers for."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from click.testing import CliRunner
from django.utils import translation

from paraat.cli.cloud import prepare as cli
from paraat.cloud.actions.preparations import approve_page, check_dns, prepare
from paraat.cloud.models import DnsCheck, Preparation, Tenant
from paraat.cloud.rules.dns import Record, is_right, records, spf
from paraat.kernel.errors import Conflict, Invalid, Unreachable
from paraat.kernel.marking import Tlp
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db
ADDRESSES = "192.0.2.10,2001:db8::10"


@pytest.fixture(autouse=True)
def small(tmp_path: Path) -> Iterator[None]:
    with playing.engine(tmp_path), translation.override("en"):
        yield


def test_what_is_given_is_prepared_and_the_rest_stays() -> None:
    ronse, by = cast.ronse(), playing.officer()
    row = prepare(organisation=ronse, by=by, services=["reader"], domain="Nood.Ronse.BE.", page={"phone": "+32"})
    assert (row.services, row.domain, row.label, row.tlp) == (
        ["post", "reader"],
        "nood.ronse.be",
        "ronse",
        Tlp.AMBER_STRICT,
    )
    approve_page(preparation=row, by=by)
    row = prepare(organisation=ronse, by=by, claimed_rto_minutes=60)
    assert row.page_approved_at is not None and row.services == ["post", "reader"]
    row = prepare(organisation=ronse, by=by, page={"phone": "+33"})
    assert row.page_approved_at is None, "a page that was changed is approved anew"
    assert Preparation.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"domain": "no domain"}, "domain"), ({"label": "Ronse!"}, "label"), ({"label": "x" * 25}, "label"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        prepare(organisation=cast.ronse(), by=playing.officer(), **fields)
    assert field in str(caught.value)
    assert not Preparation.objects.exists()


@pytest.mark.parametrize(
    "place",
    [
        "etc/x", "/srv/../etc", "-o/x", "sftp:-oProxyCommand=sh:/x", "sftp:me@-oProxyCommand=sh:/x", "sftp://-oProxyCommand=sh/x",
        "rest:https://me:word@store.example/", "rclone:x:y", "local:/etc", "/srv/x\nRESTIC_PASSWORD=x",
    ],
)  # fmt: skip
def test_backups_go_to_a_place_and_nowhere_else(place: str) -> None:
    with pytest.raises(Invalid, match="no place"):
        prepare(organisation=cast.ronse(), by=playing.officer(), backup_location=place)


@pytest.mark.parametrize(
    "place", ["", "/srv/backups", "sftp:paraat@store.example:/srv", "s3:https://s3.example/bucket", "rest:https://store.example/x"]
)  # fmt: skip
def test_backups_may_go_where_restic_reaches(place: str) -> None:
    assert prepare(organisation=cast.ronse(), by=playing.officer(), backup_location=place).backup_location == place


def test_one_bad_row_of_accounts_loses_none_that_were_there() -> None:
    ronse, by = cast.ronse(), playing.officer()
    good = [{"login": "crisis", "name": "Crisiscel", "language": "nl"}]
    prepare(organisation=ronse, by=by, accounts=good)
    bad = [
        *good,
        {"login": "verifier", "name": "X", "language": "nl"},
        {"login": "mayor", "name": "", "language": "nl"},
        *good,
    ]
    with pytest.raises(Invalid) as caught:
        prepare(organisation=ronse, by=by, accounts=bad)
    said = str(caught.value)
    assert "2: login" in said and "3: name" in said and "4: login" in said
    assert [one.login for one in ronse.preparation.accounts.all()] == ["crisis"]


def test_an_approved_page_reaches_the_tenant_that_runs() -> None:
    tenant = playing.running(["page"])
    row = prepare(organisation=cast.ronse(), by=playing.officer(), page={"phone": "+32 55 00 00 00"})
    tenant.refresh_from_db()
    assert tenant.values["page"] == {}
    approve_page(preparation=row, by=playing.officer())
    tenant.refresh_from_db()
    assert tenant.values["phone"] == "+32 55 00 00 00"


def test_the_command_names_the_row_that_is_wrong(tmp_path: Path) -> None:
    cast.ronse()
    path = tmp_path / "accounts.csv"
    path.write_text("login;name;language\ncrisis;Crisiscel;nl\nict;ICT;xx\n")
    result = CliRunner().invoke(cli.command, ["ronse", "--accounts", str(path)])
    assert isinstance(result.exception, Invalid) and "2: language" in str(result.exception)
    path.write_text("login,name,language\ncrisis,Crisiscel,nl\nict,ICT,fr\n")
    result = CliRunner().invoke(
        cli.command, ["ronse", "--services", "all", "--accounts", str(path), "--domain", "nood.ronse.be", "--json"]
    )
    found = json.loads(result.stdout)
    assert [one["login"] for one in found["accounts"]] == ["crisis", "ict"]
    assert {"name": "page.nood.ronse.be", "type": "CNAME", "wanted": "nood.ronse.be."} in found["records"]
    assert 0 < found["ready"] < 100 and found["missing"]


# Records --------------------------------------------------------------------------------------------------------------------------
def test_the_records_are_exact() -> None:
    found = records(
        "nood.ronse.be", aliases=["", "files", "mail"], mail_hosts=["mail"], addresses=ADDRESSES.split(","), authority="letsencrypt.org"
    )  # fmt: skip
    assert [(one.name, one.type, one.wanted) for one in found] == [
        ("nood.ronse.be", "A", "192.0.2.10"),
        ("nood.ronse.be", "AAAA", "2001:db8::10"),
        ("mail.nood.ronse.be", "A", "192.0.2.10"),
        ("mail.nood.ronse.be", "AAAA", "2001:db8::10"),
        ("files.nood.ronse.be", "CNAME", "nood.ronse.be."),
        ("nood.ronse.be", "MX", "10 mail.nood.ronse.be."),
        ("nood.ronse.be", "TXT", "v=spf1 mx -all"),
        ("nood.ronse.be", "CAA", '0 issue "letsencrypt.org"'),
    ]


def test_a_domain_without_mail_says_so() -> None:
    """A null MX (RFC 7505) and nobody who may send."""
    assert [(one.type, one.wanted) for one in records("x.be")] == [("MX", "0 ."), ("TXT", "v=spf1 -all")]
    assert spf(True, ["relay.team.be"]) == "v=spf1 mx a:relay.team.be -all"


def test_what_makes_no_difference_makes_none() -> None:
    assert is_right(Record("x.be", "CNAME", ("Nood.be.",)), ["nood.be"])
    assert not is_right(Record("x.be", "A", ("192.0.2.1",)), ["192.0.2.1", "192.0.2.2"])
    assert is_right(Record("x.be", "TXT", (spf(True),)), ["google-site=1", "v=spf1 mx -all"])
    assert not is_right(Record("x.be", "TXT", (spf(True),)), ["v=spf1 -all", "v=spf1 mx -all"])


class Answers(threading.Thread):
    """A name server on this machine: what it was told, else that there is no such name; `broken` makes it fail."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.known: dict[tuple[str, str], list[str]] = {}
        self.broken = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                data, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self.answer(dns.message.from_wire(data)).to_wire(), sender)

    def answer(self, asked: dns.message.Message) -> dns.message.Message:
        made = dns.message.make_response(asked)
        made.flags |= dns.flags.RA
        question = asked.question[0]
        name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        if self.broken:
            made.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.known:
            made.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *self.known[name, kind]))
        elif not any(name == other for other, _ in self.known):
            made.set_rcode(dns.rcode.NXDOMAIN)
        return made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    server = Answers()
    server.start()
    monkeypatch.setenv("PARAAT_CLOUD_RESOLVER", f"127.0.0.1:{server.port}")
    monkeypatch.setenv("PARAAT_CLOUD_ADDRESSES", "192.0.2.10")
    yield server
    server.socket.close()


def prepared() -> Preparation:
    return prepare(organisation=cast.ronse(), by=playing.officer(), services=["page"], domain="nood.ronse.be")


def test_the_records_are_looked_up(names: Answers) -> None:
    row = prepared()
    first = check_dns(preparation=row, by=playing.officer())
    assert not first.right and all(one["found"] == [] for one in first.records)
    names.known = {
        ("nood.ronse.be", "A"): ["192.0.2.10"],
        ("page.nood.ronse.be", "CNAME"): ["nood.ronse.be."],
        ("nood.ronse.be", "MX"): ["0 ."],
        ("nood.ronse.be", "TXT"): ['"v=spf1 " "-all"'],
    }
    second = check_dns(preparation=row, by=playing.officer())
    assert second.right, second.records
    tenant = playing.started(["page"])
    assert tenant.domain == "nood.ronse.be"
    Tenant.objects.all().delete()
    names.known["nood.ronse.be", "A"] = ["198.51.100.1"]
    assert not check_dns(preparation=row, by=playing.officer()).right
    assert playing.started(["page"]).domain == "ronse.nood.example", "the victim's DNS is lost: the team's own domain"


def test_a_resolver_that_fails_does_not_mean_no_record(names: Answers) -> None:
    names.broken = True
    with pytest.raises(Unreachable):
        check_dns(preparation=prepared(), by=playing.officer())
    assert not DnsCheck.objects.exists()


def test_without_a_public_address_nothing_can_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Conflict, match="PARAAT_CLOUD_ADDRESSES"):
        check_dns(preparation=prepared(), by=playing.officer())
