"""nginx's configuration, and the certificates that it serves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from paraat.cloud import certificates
from paraat.cloud.drivers.base import Route
from paraat.cloud.entrance import resting
from paraat.cloud.entrance.files import files
from paraat.cloud.entrance.nginx import Listening, Relay, Way, render
from paraat.kernel.errors import Invalid

WHERE = Listening("127.0.0.1", {"https": 8443, "imaps": 8993, "submissions": 8465}, http=8480)


def way(kind: str = "https", host: str = "nood.ronse.be", target: str = "10.0.0.2:8080") -> Way:
    return Way(kind, host, target, "/etc/paraat/entrance/abc.pem")


def test_https_goes_by_name_and_others_get_no_handshake() -> None:
    text = render([way()], WHERE)
    assert "listen 127.0.0.1:8443 ssl default_server; ssl_reject_handshake on;" in text
    assert "server_name nood.ronse.be;" in text
    assert "proxy_pass http://10.0.0.2:8080;" in text
    assert "Strict-Transport-Security" in text
    assert "return 301 https://$host:8443$request_uri;" in text
    assert "stream {" not in text


def test_mail_goes_by_the_name_of_the_handshake() -> None:
    text = render([way("imaps", "mail.nood.ronse.be", "10.0.0.3:1143")], WHERE)
    assert "mail.nood.ronse.be 10.0.0.3:1143;" in text
    assert "listen 127.0.0.1:8993 ssl;" in text
    assert "8465" not in text  # nothing listens for what nobody has


def test_what_does_not_run_or_answer_is_said_in_four_languages() -> None:
    assert not set("'$\\") & set(resting.page()), "it would end the text in nginx's configuration, or name a variable"
    for text in (render([way(target="")], WHERE), render([way()], WHERE)):
        assert f"return 503 '{resting.page()}';" in text
        assert text.count("Strict-Transport-Security") == 2, "of the server and of the location, which would lose it"
    assert "stream {" not in render([way("imaps", target="")], WHERE)


def test_the_order_of_routes_changes_nothing() -> None:
    ways = [way(), way(host="chat.nood.ronse.be"), way("imaps")]
    assert render(ways, WHERE) == render(reversed(ways), WHERE)


@pytest.mark.parametrize(
    "bad",
    [
        way(host="a;}"),
        way(host="a b"),
        way(host=""),
        way(host="nood.ronse.be\n"),
        way(target="10.0.0.2:80; return 200"),
        way(kind="ftp"),
    ],
)
def test_no_name_can_write_configuration(bad: Way) -> None:
    with pytest.raises(Invalid):
        render([bad], WHERE)


def test_one_name_has_one_target() -> None:
    with pytest.raises(Invalid):
        render([way(), way(target="10.0.0.9:8080")], WHERE)


def test_ports_of_the_trade_need_no_number() -> None:
    text = render([way()], Listening("192.0.2.1", {"https": 443, "imaps": 993, "submissions": 465}, http=80))
    assert "return 301 https://$host$request_uri;" in text


def test_a_certificates_file_is_named_by_what_is_in_it() -> None:
    def named(certificate: str) -> set[str]:
        route = Route("nood.ronse.be", "https", "ronse", "web", "http", certificate, "key")
        return set(files([(route, "10.0.0.2:80")], WHERE)) - {"nginx.conf"}

    assert len(named("a")) == 2
    assert named("a").isdisjoint(named("b"))


def test_mail_goes_out_for_who_may_and_to_the_relay_alone() -> None:
    text = render([way()], WHERE, [Relay("10.1.0.1:10025", ("192.0.2.25:587",), ("10.1.0.10",))])
    assert "server { listen 10.1.0.1:10025; allow 10.1.0.10; deny all; proxy_pass relay_0; }" in text
    assert "upstream relay_0 { server 192.0.2.25:587; }" in text
    with pytest.raises(Invalid):
        render([way()], WHERE, [Relay("10.1.0.1:10025", ("192.0.2.25:587; allow all",), ("10.1.0.10",))])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own."""
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    return tmp_path / "cloud" / "ca"


def test_a_certificate_holds_for_its_names_and_no_other(home: Path) -> None:
    chain, key = certificates.issue(["nood.ronse.be", "Mail.nood.ronse.be."])
    store = Store([x509.load_pem_x509_certificate(certificates.authority().encode())])
    leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    for name in ("nood.ronse.be", "mail.nood.ronse.be"):
        PolicyBuilder().store(store).build_server_verifier(x509.DNSName(name)).verify(leaf, [])
    with pytest.raises(x509.verification.VerificationError):
        PolicyBuilder().store(store).build_server_verifier(x509.DNSName("nood.diest.be")).verify(leaf, [])
    assert "PRIVATE KEY" in key


def test_it_is_the_same_until_it_must_be_renewed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = certificates.issue(["nood.ronse.be"])
    assert certificates.issue(["nood.ronse.be"]) == first
    later = datetime.now(UTC) + timedelta(days=certificates.DAYS - certificates.RENEW_DAYS + 1)
    assert certificates.expiring(datetime.now(UTC)) == []
    assert "nood.ronse.be" in certificates.expiring(later)[0]
    monkeypatch.setattr(certificates, "_now", lambda: later)
    assert certificates.issue(["nood.ronse.be"]) != first
    assert certificates.expiring(later) == []


def test_keys_are_for_paraats_user_alone(home: Path) -> None:
    certificates.issue(["nood.ronse.be"])
    keys = list(home.rglob("*.key"))
    assert len(keys) == 2
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    certificates.forget(["nood.ronse.be"])
    assert [path.name for path in home.rglob("*.key")] == ["ca.key"]


def test_in_the_last_days_of_the_authority_nothing_is_issued_over_and_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.authority()
    later = datetime.now(UTC) + timedelta(days=certificates.AUTHORITY_DAYS - 3)
    monkeypatch.setattr(certificates, "_now", lambda: later)
    assert certificates.issue(["nood.ronse.be"]) == certificates.issue(["nood.ronse.be"])
