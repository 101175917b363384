"""A setting that is missing or wrong fails with its name, and a secret never shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraat.kernel.errors import SettingError
from paraat.platform import configuration, keys
from paraat.platform.setting import SETTINGS, Setting, declare, listing, number, switch


def _setting(**changes: object) -> Setting[int]:
    return Setting("PARAAT_TEST_NUMBER", number(1, 9), None, "A number.", **changes)  # type: ignore[arg-type]


def test_a_missing_setting_is_named_with_what_it_is_for() -> None:
    with pytest.raises(SettingError, match=r"PARAAT_TEST_NUMBER is missing: A number\."):
        _setting().get({})


def test_a_wrong_setting_is_named_with_its_value() -> None:
    with pytest.raises(SettingError, match="PARAAT_TEST_NUMBER='12' is wrong"):
        _setting().get({"PARAAT_TEST_NUMBER": "12"})


def test_a_wrong_secret_is_named_without_its_value() -> None:
    with pytest.raises(SettingError) as caught:
        _setting(secret=True).get({"PARAAT_TEST_NUMBER": "hunter2"})
    assert "PARAAT_TEST_NUMBER" in str(caught.value)
    assert "hunter2'" not in str(caught.value).split(" is wrong")[0]


def test_a_secret_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("7\n")
    assert _setting(secret=True).get({"PARAAT_TEST_NUMBER_FILE": str(tmp_path / "secret")}) == 7


def test_a_secrets_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="PARAAT_TEST_NUMBER_FILE cannot be read"):
        _setting(secret=True).get({"PARAAT_TEST_NUMBER_FILE": str(tmp_path / "none")})


def test_only_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("7")
    with pytest.raises(SettingError, match="missing"):
        _setting().get({"PARAAT_TEST_NUMBER_FILE": str(tmp_path / "secret")})


def test_a_name_is_declared_once() -> None:
    with pytest.raises(SettingError, match="declared twice"):
        declare("PARAAT_PORT", number(1, 2), "1", "Again.")


def test_every_default_can_be_read() -> None:
    for setting in SETTINGS.values():
        setting.get({})


@pytest.mark.parametrize(("written", "meant"), [("yes", True), ("ON", True), ("0", False), ("no", False)])
def test_a_switch_understands_the_usual_words(written: str, meant: bool) -> None:
    assert switch(written) is meant


def test_a_list_takes_commas_and_lines() -> None:
    assert listing("a, b\nc,") == ("a", "b", "c")


class TestTogether:
    """Settings that are each right but wrong together."""

    @pytest.fixture(autouse=True)
    def production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {
            "PARAAT_MODE": "production",
            "PARAAT_PUBLIC_URL": "https://x.example",
            "PARAAT_PROXIES": "1",
        }.items():
            monkeypatch.setenv(name, value)

    def test_production_needs_an_https_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PARAAT_PUBLIC_URL", "http://x.example")
        with pytest.raises(SettingError, match="PARAAT_PUBLIC_URL"):
            configuration.check_together()

    def test_production_needs_a_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PARAAT_PROXIES", "0")
        with pytest.raises(SettingError, match="PARAAT_PROXIES"):
            configuration.check_together()

    @pytest.mark.parametrize("read", [keys.session_keys, keys.link_keys, keys.field_keys, keys.backup_key])
    def test_production_makes_no_keys_by_itself(self, read: object) -> None:
        with pytest.raises(SettingError, match=r"PARAAT_\w+_KEY is missing"):
            read()  # type: ignore[operator]

    def test_a_demonstration_is_for_this_machine_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PARAAT_MODE", "demonstration")
        monkeypatch.setenv("PARAAT_HOST", "0.0.0.0")
        with pytest.raises(SettingError, match="PARAAT_HOST"):
            configuration.check_together()


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_LINK_KEY", "short")
    with pytest.raises(SettingError, match="at least 32"):
        keys.link_keys()


def test_a_made_key_stays_the_same_and_is_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    assert keys.link_keys() == keys.link_keys()
    assert keys.link_keys() != keys.session_keys()
    assert (tmp_path / "keys" / "link").stat().st_mode & 0o777 == 0o600


def test_a_rotated_key_still_opens_what_the_old_one_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "o" * 40, "n" * 40
    monkeypatch.setenv("PARAAT_FIELD_KEY", old)
    sealed = keys.seal("a secret")
    monkeypatch.setenv("PARAAT_FIELD_KEY", f"{new},{old}")
    assert keys.unseal(sealed) == "a secret"
    assert keys.unseal(keys.seal("another")) == "another"
