"""One-time codes and passwords, over real HTTP: what a code opens, when it dies, and what others read of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as some

from paraat.cloud.access import Access
from paraat.cloud.catalog.accounts import hooks, verify
from paraat.cloud.catalog.accounts.app import formats, passwords
from paraat.cloud.catalog.accounts.app.book import Book
from paraat.cloud.workload import Account
from tests.cloud.catalog.accounts_site import CODES, PASSWORD, VERIFIER, Browser, Town, serving
from tests.cloud.catalog.played import bring, prepared, running

OTHER = "vier wolken boven het dak"
WORDS = json.loads((Path(hooks.__file__).parent / "app" / "words.json").read_text())


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with serving(tmp_path) as one:
        yield one


def test_a_code_lets_its_holder_choose_and_the_password_lets_him_in(town: Town) -> None:
    browser = Browser(town.port)
    code, page = browser.choose("crisis", CODES["crisis"])
    assert code == 200 and WORDS["nl"]["chosen_title"] in page and WORDS["nl"]["strong"] in page
    assert browser.get("/home")[0] == 200
    assert Browser(town.port).sign_in("crisis", PASSWORD) == (303, "/home")
    assert Browser(town.port).sign_in("Crisis@nood.ronse.example ", PASSWORD) == (303, "/home")


def test_a_code_opens_nothing_but_the_page_where_a_password_is_chosen(town: Town) -> None:
    browser = Browser(town.port)
    assert browser.sign_in("crisis", CODES["crisis"]) == (303, "/choose")
    for path in ("/home", "/password", "/people", "/notes"):
        code, where = browser.get(path)
        assert (code, where) == (303, "/") or code == 404, path
    assert browser.submit("/choose", "/notes", to="burgemeester", text="x") == (303, "/")
    assert "crisis" not in town.shared("htpasswd"), "no other service knows the login yet"


def test_a_used_code_is_worth_nothing(town: Town) -> None:
    Browser(town.port).choose("crisis", CODES["crisis"])
    code, page = Browser(town.port).sign_in("crisis", CODES["crisis"])
    assert code == 403 and WORDS["nl"]["wrong"] in page


def test_two_who_hold_the_same_code_the_first_wins_and_the_second_is_warned(town: Town) -> None:
    first, second = Browser(town.port), Browser(town.port)
    for one in (first, second):
        assert one.sign_in("crisis", CODES["crisis"]) == (303, "/choose")
    token = re.search(r'name="token" value="([0-9a-f]+)"', second.get("/choose")[1])
    assert token
    assert first.submit("/choose", "/choose", password=PASSWORD, again=PASSWORD)[0] == 200
    form = {"password": OTHER, "again": OTHER, "token": token.group(1)}
    assert second.ask("POST", "/choose", form) == (303, "/"), "its session ended with the code"
    assert Browser(town.port).sign_in("crisis", OTHER)[0] == 403


def test_of_many_at_once_exactly_one_chooses(town: Town) -> None:
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(lambda number: town.book.choose("crisis", 1, f"{PASSWORD} {number}"), range(6)))
    assert sum(won) == 1
    assert Browser(town.port).sign_in("crisis", f"{PASSWORD} {won.index(True)}") == (303, "/home")


def test_a_code_expires(town: Town) -> None:
    town.clock.now += 72 * 3600 - 60
    assert Browser(town.port).sign_in("crisis", CODES["crisis"]) == (303, "/choose")
    town.clock.now += 120
    assert Browser(town.port).sign_in("crisis", CODES["crisis"])[0] == 403


def test_a_code_issued_anew_ends_password_and_session_everywhere(town: Town) -> None:
    browser = Browser(town.port)
    browser.choose("crisis", CODES["crisis"])
    assert "crisis@" in town.shared("dovecot.passwd") and (town.place.shared / "prosody/crisis.dat").exists()
    town.reissue("crisis", "NEW0-CODE-AGAIN")
    assert browser.get("/home") == (303, "/")
    assert Browser(town.port).sign_in("crisis", PASSWORD)[0] == 403
    assert Browser(town.port).sign_in("crisis", CODES["crisis"])[0] == 403, "the older code too"
    for name in ("dovecot.passwd", "htpasswd", "copyparty.conf"):
        assert "crisis" not in town.shared(name)
    assert not (town.place.shared / "prosody/crisis.dat").exists()
    assert Browser(town.port).choose("crisis", "NEW0-CODE-AGAIN", OTHER)[0] == 200


def test_an_account_that_paraat_takes_away_is_gone_everywhere(town: Town) -> None:
    browser = Browser(town.port)
    browser.choose("crisis", CODES["crisis"])
    del town.codes["crisis"]
    town.tell()
    town.book.settle()
    assert browser.get("/home") == (303, "/")
    assert "crisis" not in town.shared("htpasswd") + town.shared("logins")


def test_guessing_is_stopped_per_login_and_address(town: Town) -> None:
    for _ in range(6):
        assert Browser(town.port).sign_in("crisis", "wrong")[0] == 403
    code, page = Browser(town.port).sign_in("crisis", CODES["crisis"])
    assert code == 403 and WORDS["nl"]["too_often"] in page
    elsewhere = Browser(town.port, X_Forwarded_For="10.0.0.1, 192.0.2.7")
    assert elsewhere.sign_in("crisis", CODES["crisis"]) == (303, "/choose"), "its holder elsewhere is not locked out"
    town.clock.now += 901
    assert Browser(town.port).sign_in("crisis", CODES["crisis"]) == (303, "/choose")


def test_guessing_from_everywhere_is_stopped_as_well(town: Town) -> None:
    for number in range(30):
        Browser(town.port, X_Forwarded_For=f"192.0.2.{number}").sign_in("crisis", "wrong")
    assert WORDS["nl"]["too_often"] in Browser(town.port, X_Forwarded_For="198.51.100.1").sign_in("crisis", "x")[1]


def test_an_address_that_somebody_writes_himself_is_not_believed(town: Town) -> None:
    for number in range(6):
        Browser(town.port, X_Forwarded_For=f"203.0.113.{number}, 192.0.2.7").sign_in("crisis", "wrong")
    liar = Browser(town.port, X_Forwarded_For="203.0.113.99, 192.0.2.7")
    assert WORDS["nl"]["too_often"] in liar.sign_in("crisis", CODES["crisis"])[1]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kort", "too_short"),
        ("x" * 40 + "é" * 13, "too_long"),
        ("met een \x07 bel erin", "odd_signs"),
        ("ﬁets en de zee lamp", "odd_signs"),
        (f"mijn {CODES['crisis'].lower()} code", "is_code"),
        ("Welkom2026!!!", "too_common"),
        ("Gemeente-Ronse-2026", "too_common"),
        ("P4ssw0rd-2026!", "too_common"),
        ("crisiscrisis1", "too_easy"),
        ("azertyuiop12", "too_common"),
        ("123456789012", "too_easy"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, why: str) -> None:
    assert passwords.refused(password, code=CODES["crisis"], names=["crisis", "Ronse"]) == why
    assert all(why in WORDS[language] for language in WORDS)


@given(some.text(min_size=12, max_size=100))
def test_what_may_be_chosen_is_kept_the_same_by_all_services(password: str) -> None:
    if not passwords.refused(password):
        assert len(password.encode()) <= 64 and password.isprintable()
        assert passwords.strength(password) in {"fair", "good", "strong"}


def test_the_code_itself_is_no_password(town: Town) -> None:
    browser = Browser(town.port)
    browser.sign_in("crisis", CODES["crisis"])
    code, page = browser.submit("/choose", "/choose", password=CODES["crisis"], again=CODES["crisis"])
    assert code == 400 and WORDS["nl"]["is_code"] in page
    code, page = browser.submit("/choose", "/choose", password=PASSWORD, again=OTHER)
    assert code == 400 and WORDS["nl"]["not_the_same"] in page
    assert PASSWORD not in page


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(town: Town) -> None:
    browser, other = Browser(town.port), Browser(town.port)
    browser.choose("crisis", CODES["crisis"])
    other.sign_in("crisis", PASSWORD)
    form = {"password": OTHER, "again": OTHER}
    code, page = browser.submit("/password", "/password", current="not this one", **form)
    assert code == 400 and WORDS["nl"]["wrong_current"] in page
    assert browser.submit("/password", "/password", current=PASSWORD, **form)[0] == 200
    assert browser.get("/home")[0] == 200 and other.get("/home") == (303, "/")
    assert Browser(town.port).sign_in("crisis", PASSWORD)[0] == 403
    assert bcrypt.checkpw(OTHER.encode(), _htpasswd(town, "crisis"))


def test_a_form_of_another_site_is_refused(town: Town) -> None:
    assert Browser(town.port).ask("POST", "/in", {"login": "crisis", "secret": CODES["crisis"]})[0] == 403
    foreign = Browser(town.port)
    foreign.get("/")
    foreign.headers["Sec-Fetch-Site"] = "cross-site"
    assert foreign.sign_in("crisis", CODES["crisis"])[0] == 403


def test_cookies_and_headers_are_strict(town: Town) -> None:
    browser = Browser(town.port)
    browser.get("/")
    cookies = list(browser.set_cookies)
    browser.sign_in("crisis", CODES["crisis"])
    for line in cookies + browser.set_cookies:
        assert line.startswith("__Host-") and "; Secure; HttpOnly; SameSite=Strict" in line
    policy = browser.said["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert browser.said["Cache-Control"] == "no-store"


def test_a_session_that_was_made_up_counts_for_nothing(town: Town) -> None:
    browser = Browser(town.port)
    browser.choose("burgemeester", CODES["burgemeester"])
    body, _, mark = browser.cookies["__Host-session"].partition(".")
    values = json.loads(base64.urlsafe_b64decode(body)) | {"login": "crisis"}
    browser.cookies["__Host-session"] = f"{base64.urlsafe_b64encode(json.dumps(values).encode()).decode()}.{mark}"
    assert browser.get("/home") == (303, "/")
    for odd in ("", ".", "x", "é.é", "a.b.c"):
        browser.cookies["__Host-session"] = odd.encode("latin-1", "ignore").decode("latin-1")
        assert browser.get("/home") == (303, "/")


def test_only_the_responsible_login_sees_who_has_chosen(town: Town) -> None:
    responsible, other = Browser(town.port), Browser(town.port)
    responsible.choose("crisis", CODES["crisis"])
    code, page = responsible.get("/people")
    assert code == 200 and "1 van 2" in page and WORDS["nl"]["has_not"] in page
    other.choose("burgemeester", CODES["burgemeester"])
    assert other.get("/people")[0] == 404 and "/people" not in other.get("/home")[1]
    assert "2 van 2" in responsible.get("/people")[1]
    assert "verifier" not in responsible.get("/people")[1] and "$" not in responsible.get("/people")[1]


def test_what_is_handed_over_is_sealed_read_once_and_by_one(town: Town) -> None:
    sender, reader = Browser(town.port), Browser(town.port)
    sender.choose("crisis", CODES["crisis"])
    reader.choose("burgemeester", CODES["burgemeester"])
    secret = "wachtwoord van de <b>router</b>: xyz"
    assert WORDS["nl"]["note_sealed"] in sender.submit("/notes", "/notes", to="burgemeester", text=secret)[1]
    kept = "".join(path.read_text() for path in (town.place.state / "notes").iterdir())
    assert "xyz" not in kept, "it is sealed on disk"
    name = re.search(r'name="id" value="([0-9a-f]+)"', reader.get("/notes")[1])
    assert name
    assert "xyz" not in sender.submit("/notes", "/notes/read", id=name.group(1))[1], "not the sender, not anybody else"
    page = reader.submit("/notes", "/notes/read", id=name.group(1))[1]
    assert "&lt;b&gt;router&lt;/b&gt;: xyz" in page
    assert WORDS["nl"]["note_gone"] in reader.submit("/notes", "/notes/read", id=name.group(1))[1]
    assert not list((town.place.state / "notes").iterdir())


def test_what_nobody_fetched_is_wiped(town: Town) -> None:
    sender, reader = Browser(town.port), Browser(town.port)
    sender.choose("crisis", CODES["crisis"])
    reader.choose("burgemeester", CODES["burgemeester"])
    sender.submit("/notes", "/notes", to="burgemeester", text="xyz")
    town.clock.now += 72 * 3600 + 1
    assert WORDS["nl"]["none_waiting"] in reader.get("/notes")[1]
    assert not list((town.place.state / "notes").iterdir())


def test_the_verifier_proves_the_page_and_sees_nothing(town: Town) -> None:
    browser = Browser(town.port)
    assert browser.sign_in("verifier", VERIFIER) == (303, "/home")
    code, page = browser.get("/home")
    assert code == 200 and VERIFIER not in page and "nood.ronse.example" not in page
    for path in ("/people", "/notes", "/password", "/choose"):
        code, where = browser.get(path)
        assert (code, where) == (303, "/") or code == 404, path


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_page_is_in_four_languages(town: Town, language: str) -> None:
    browser = Browser(town.port, Accept_Language=language)
    assert f'<html lang="{language}">' in browser.get("/")[1]
    browser.get(f"/language/{language}")
    browser.choose("crisis", CODES["crisis"])
    for path in ("/home", "/password", "/people", "/notes"):
        assert f'<html lang="{language}">' in browser.get(path)[1], path


def test_no_secret_reaches_a_log(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    Browser(town.port).sign_in("crisis", "a-wrong-password")
    Browser(town.port).choose("crisis", CODES["crisis"])
    assert "chose a password" in caplog.text
    for secret in ("a-wrong-password", CODES["crisis"], PASSWORD, VERIFIER, "$argon2", "$2b$"):
        assert secret not in caplog.text


def test_a_long_form_and_odd_paths_are_refused(town: Town) -> None:
    browser = Browser(town.port)
    assert browser.ask("POST", "/in", {"login": "x" * 40_000})[0] == 400
    assert browser.get("/nothing")[0] == 404 and browser.get("/../etc/passwd")[0] == 404
    assert browser.ask("PUT", "/in", {})[0] == 405
    assert browser.get("/healthz") == (200, "ok\n")


# The files of the others ------------------------------------------------------------------------------------------------------------


def _htpasswd(town: Town, login: str) -> bytes:
    lines = dict(line.split(":", 1) for line in town.shared("htpasswd").splitlines())
    return lines[login].encode()


def test_the_files_are_there_from_the_start_with_the_verifier_alone(town: Town) -> None:
    assert town.shared("htpasswd").count("\n") == 1 and bcrypt.checkpw(VERIFIER.encode(), _htpasswd(town, "verifier"))
    login, _, known = town.shared("dovecot.passwd").strip().partition(":{ARGON2ID}")
    assert login == "verifier@nood.ronse.example" and PasswordHasher().verify(known, VERIFIER)
    assert town.shared("logins").split() == ["burgemeester", "crisis", "verifier"]
    assert [path.name for path in (town.place.shared / "prosody").iterdir()] == ["verifier.dat"]


def test_copyparty_and_prosody_find_their_hashes(town: Town) -> None:
    Browser(town.port).choose("crisis", CODES["crisis"])
    text = town.shared("copyparty.conf")
    salt = re.search(r"ah-salt: (\S+)", text)
    known = re.search(r"  crisis: \+(\S+)", text)
    assert salt and known
    made = hashlib.scrypt(f"crisis:{PASSWORD}".encode(), salt=salt[1].encode(), n=16384, r=8, p=1, dklen=24)
    assert base64.urlsafe_b64encode(made).decode() == known[1]
    fields = dict(re.findall(r'\["(\w+)"\] = "?([^";]+)', town.shared("prosody/crisis.dat")))
    salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), fields["salt"].encode(), int(fields["iteration_count"]))
    assert fields["server_key"] == hmac.digest(salted, b"Server Key", "sha256").hex()


def test_a_login_with_signs_is_named_as_prosody_names_it() -> None:
    one = formats.hashed("j.de-smet_1", PASSWORD, "salt")
    assert "prosody/j%2ede%2dsmet%5f1.dat" in formats.files("x.example", "salt", {"j.de-smet_1": one}, [])


def test_a_damaged_or_lost_file_is_made_again_from_the_hashes(town: Town) -> None:
    Browser(town.port).choose("crisis", CODES["crisis"])
    before = town.shared("htpasswd")
    (town.place.shared / "htpasswd").write_text("rubbish")
    (town.place.shared / "dovecot.passwd").unlink()
    (town.place.shared / "prosody/stranger.dat").write_text("return {}")
    town.book.settle()
    assert town.shared("htpasswd") == before and "crisis@" in town.shared("dovecot.passwd")
    assert not (town.place.shared / "prosody/stranger.dat").exists()


def test_settling_again_changes_nothing(town: Town) -> None:
    Browser(town.port).choose("crisis", CODES["crisis"])
    before = Book(town.place, town.clock).signature()
    Book(town.place, town.clock).settle()
    assert Book(town.place, town.clock).signature() == before


def test_another_verifier_after_a_restore_replaces_the_older(town: Town) -> None:
    (town.place.conf / "verifier").write_text("a-verifier-of-elsewhere")
    town.book.settle()
    assert bcrypt.checkpw(b"a-verifier-of-elsewhere", _htpasswd(town, "verifier"))


def test_a_login_that_would_break_a_file_is_left_out(town: Town) -> None:
    for login in ("verifier", "x:y", "a\nb", "../up", "UPPER"):
        town.codes[login], town.generations[login] = "SOME-CODE", 1
    town.tell()
    town.book.settle()
    assert sorted(town.book.tenant.people) == ["burgemeester", "crisis"]


# In a container ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.containers
def test_the_container_lets_choose_and_follows_a_code_issued_anew() -> None:
    code = PasswordHasher().hash(CODES["crisis"])  # as heavy as Paraat makes them
    account = Account("crisis", "Crisiscel", "nl", code)
    town = prepared("c2-accounts", "accounts", accounts=(account,))
    with running(town, "accounts") as access:
        assert verify.verify(access)
        browser = verify.Browser(access)
        assert browser.submit("/", "/in", login="crisis", secret=CODES["crisis"])[2] == "/choose"
        assert browser.submit("/choose", "/choose", password=PASSWORD, again=PASSWORD)[0] == 200
        assert b"crisis:$2b$" in access.run("accounts", "cat", "/accounts/htpasswd")
        logs = access.reach.logs("c2-accounts", "accounts")  # type: ignore[attr-defined]
        assert "chose a password" in logs and PASSWORD not in logs and CODES["crisis"] not in logs
        anew = prepared(
            "c2-accounts", "accounts", accounts=(Account("crisis", "Crisiscel", "nl", code, 2),), secrets=town.secrets
        )
        bring(anew, "accounts")
        access = Access(anew, access.reach)
        verify.verify(access)
        assert b"crisis" not in access.run("accounts", "cat", "/accounts/htpasswd")
        hooks.after_restore(access)
