"""The pack opens with gpg alone, holds what the team needs, and is whole or not there."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from paraat.alerts import grabbag
from paraat.cli import grabbag as cli
from paraat.kernel.errors import SettingError
from paraat.platform import configuration
from paraat.registry.models import Contact
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARAAT_GRABBAG_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(grabbag, "folder", lambda: tmp_path / "grabbag")
    return tmp_path


def opened(path: Path, home: Path, passphrase: str = PASSPHRASE) -> zipfile.ZipFile:
    """What `gpg`, and nothing of ours, makes of the file."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    keyring = home / "gnupg"
    keyring.mkdir(mode=0o700, exist_ok=True)
    command = [
        "gpg",
        "--homedir",
        str(keyring),
        "--batch",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        passphrase,
        "--decrypt",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return zipfile.ZipFile(io.BytesIO(done.stdout))


def test_it_opens_without_paraat_and_holds_calls_notices_and_contacts(home):
    alert = staging.alert_for(cast.ronse(), cast.wemmel())
    pack = opened(grabbag.write(), home)
    assert {"README.txt", "calls.csv", "contacts.csv", "index.html", "notices.csv"} < set(pack.namelist())
    page = pack.read("index.html").decode()
    code = staging.notice_of(alert, cast.ronse()).code
    phone = cast.channel(cast.ronse(), "spoc", "sms").address
    for expected in ("Wemmel", "www.ronse.be", code, alert.number, f'<a href="tel:{phone}">', "deputy@ronse.example"):
        assert expected in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", ""), "nothing is fetched"
    assert phone in pack.read("contacts.csv").decode("utf-8-sig")


def test_the_wrong_passphrase_opens_nothing(home):
    with pytest.raises(AssertionError, match="decryption failed"):
        opened(grabbag.write(), home, "wrong")


def test_it_says_nothing_of_the_erased_and_holds_no_code_word(home):
    ronse = cast.ronse()
    Contact.objects.filter(organisation=ronse, role="deputy").update(erased_at=staging.NOW())
    type(ronse).objects.filter(pk=ronse.pk).update(code_word=b"kraanvogel-zeven")
    pack = opened(grabbag.write(), home)
    everything = b"".join(pack.read(name) for name in pack.namelist()).decode(errors="ignore")
    assert "deputy@ronse.example" not in everything
    assert "kraanvogel" not in everything


def test_only_so_many_are_kept_and_a_copy_goes_elsewhere(home, monkeypatch):
    monkeypatch.setenv("PARAAT_GRABBAG_KEPT", "2")
    monkeypatch.setenv("PARAAT_GRABBAG_COPY", str(home / "share"))
    paths = [grabbag.write(now=staging.NOW().replace(year=2030, second=second)) for second in (1, 2, 3)]
    assert sorted(grabbag.folder().iterdir()) == paths[1:]
    assert len(list((home / "share").iterdir())) == 2
    assert grabbag.newest() == paths[-1]
    assert (paths[-1].stat().st_mode & 0o777) == 0o600


def test_without_a_way_to_open_it_nothing_is_written(monkeypatch):
    monkeypatch.delenv("PARAAT_GRABBAG_PASSPHRASE")
    with pytest.raises(SettingError, match="PARAAT_GRABBAG_PASSPHRASE"):
        grabbag.write()
    monkeypatch.setenv("PARAAT_GRABBAG_KEYS", "/nowhere/keys.asc")
    with pytest.raises(SettingError, match="PARAAT_GRABBAG_KEYS"):
        grabbag.write()
    assert not grabbag.folder().exists()


def test_a_full_disk_leaves_no_half_pack(monkeypatch):
    def full(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        grabbag.write()
    assert list(grabbag.folder().iterdir()) == []


def test_a_cell_never_starts_a_formula():
    sheet = grabbag.Sheet("calls", "Calls", ("cell",), [("=1+1",), ("+447700900001",), ("+1+cmd",), ("\r=1",)])
    text = grabbag._csv(sheet).decode("utf-8-sig")
    assert [line.strip('"') for line in text.replace("\r=", "=").split()] == [
        "cell",
        "'=1+1",
        "+447700900001",
        "'+1+cmd",
        "'=1",
    ]


def test_the_command_writes_and_names_the_file(home):
    done = CliRunner().invoke(cli.command, ["--to", str(home / "here")])
    assert done.exit_code == 0, done.output
    assert Path(done.output.strip()).is_file()
    assert configuration.GRABBAG_KEPT.get() == 48
