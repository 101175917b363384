"""A backup is worth what its restore is worth: a drill, from a running installation into another one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.installation import Installation
from tests.installation import installation as new_installation

pytestmark = pytest.mark.fault

FILL = """
import django; django.setup()
from paraat.kernel.actor import SYSTEM
from paraat.platform import crypto, files
from paraat.platform.actions import Subject, action, record

@action
def write(number):
    record("test.write", by=SYSTEM, on=Subject("drill", str(number)), detail={"number": number})

for number in range(25):
    write(number)
print(files.store([b"a list that came in"]).path)
print(crypto.encrypt_field("a secret"))
"""
READ = """
import sys, django; django.setup()
from paraat.platform import crypto, files
print(files.open_stored(sys.argv[1]).read().decode())
print(crypto.decrypt_field(sys.argv[2]))
"""


def test_a_restore_brings_everything_back(installation: Installation, tmp_path: Path) -> None:
    path, sealed = installation.python(FILL).split()
    saved = installation.run("backup", "create", "--to", tmp_path).stdout.strip()
    key = (installation.home / "keys" / "backup").read_text()
    with new_installation(PARAAT_BACKUP_KEY=key) as second:
        said = re.search(r"with (\d+) journal entries", second.run("backup", "verify", saved).stdout)
        assert said and int(said[1]) >= 25  # and those of what ships, which is loaded when a house is first started
        assert "journal holds" in second.run("backup", "restore", saved, "--yes").stdout
        assert second.sql("SELECT count(*) FROM platform_journalentry") == [(int(said[1]),)]
        assert second.python(READ, path, sealed).splitlines() == ["a list that came in", "a secret"]
        assert second.sql("SELECT has_table_privilege('paraat_app', 'platform_journalentry', 'UPDATE')") == [(False,)]
        second.up()


def test_it_refuses_while_the_installation_is_up(installation: Installation, tmp_path: Path) -> None:
    saved = installation.run("backup", "create", "--to", tmp_path).stdout.strip()
    assert "is up" in installation.run("backup", "restore", saved, "--yes", check=False).stderr


def test_a_damaged_backup_changes_nothing(installation_down: Installation, tmp_path: Path) -> None:
    saved = Path(installation_down.run("backup", "create", "--to", tmp_path).stdout.strip())
    installation_down.python(FILL)
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    saved.write_bytes(content)
    done = installation_down.run("backup", "restore", saved, "--yes", check=False)
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert installation_down.sql("SELECT count(*) FROM platform_journalentry") == [(25,)]


REFUSE = """
CREATE SCHEMA sabotage;
CREATE FUNCTION sabotage.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE made record;
BEGIN
    FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands() LOOP
        IF made.object_identity = 'public.platform_journalentry' THEN RAISE EXCEPTION 'refused on purpose'; END IF;
    END LOOP;
END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION sabotage.refuse();
"""


def test_a_restore_that_fails_leaves_what_was_there(installation_down: Installation, tmp_path: Path) -> None:
    saved = Path(installation_down.run("backup", "create", "--to", tmp_path).stdout.strip())
    installation_down.python(FILL)
    installation_down.sql(REFUSE)
    done = installation_down.run("backup", "restore", saved, "--yes", check=False)
    assert done.returncode == 1
    assert "refused on purpose" in done.stderr
    assert installation_down.sql("SELECT count(*) FROM platform_journalentry") == [(25,)]
