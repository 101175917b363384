"""One SQLite file on the tenant's volume. Connections are short: a file that was put back by a restore is used from the next request on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

NAME = "intake.sqlite"

TABLES = """
CREATE TABLE IF NOT EXISTS submission (
  id TEXT PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  form TEXT NOT NULL,
  counter TEXT NOT NULL,
  language TEXT NOT NULL,
  status TEXT NOT NULL,            -- draft, waiting, called, done, no_show, cancelled
  visit TEXT NOT NULL DEFAULT '',  -- appointment, ticket, contact
  day TEXT, time TEXT, number INTEGER,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  called_at TEXT, called_by TEXT,
  handed TEXT REFERENCES handover (id),
  test INTEGER NOT NULL DEFAULT 0, -- filed by the verification: nobody else sees it
  answers BLOB NOT NULL,           -- sealed
  note BLOB                        -- sealed
);
CREATE UNIQUE INDEX IF NOT EXISTS submission_number ON submission (test, counter, day, number) WHERE number IS NOT NULL;
CREATE INDEX IF NOT EXISTS submission_queue ON submission (counter, day, status);
CREATE TABLE IF NOT EXISTS slot (
  counter TEXT NOT NULL, day TEXT NOT NULL, time TEXT NOT NULL, desk INTEGER NOT NULL, test INTEGER NOT NULL,
  submission TEXT NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
  PRIMARY KEY (counter, day, time, desk, test)  -- two never sit on one chair
);
CREATE TABLE IF NOT EXISTS paper (
  id TEXT PRIMARY KEY,
  submission TEXT NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
  kind TEXT NOT NULL, size INTEGER NOT NULL,
  title BLOB NOT NULL,             -- sealed: which paper it is, and its file's name
  content BLOB NOT NULL            -- sealed
);
CREATE INDEX IF NOT EXISTS paper_submission ON paper (submission);
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS offer (form TEXT PRIMARY KEY, counter TEXT NOT NULL, offered INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS handover (id TEXT PRIMARY KEY, at TEXT NOT NULL, login TEXT NOT NULL, requests INTEGER NOT NULL, test INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deed (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, login TEXT NOT NULL, verb TEXT NOT NULL, reference TEXT NOT NULL DEFAULT '',
  test INTEGER NOT NULL DEFAULT 0
);
"""


class Store:
    """The tenant's file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.dump_path = folder / "dump" / NAME

    def prepare(self) -> None:
        """Have the tables there. sqlite3.DatabaseError when the file is damaged."""
        with closing(self._connected()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the data: what is written meanwhile is not seen."""
        with closing(self._connected()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, the only one at a time; undone when anything is raised."""
        with closing(self._connected()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def works(self) -> bool:
        """Whether the file can be read."""
        try:
            with self.reading() as connection:
                connection.execute("SELECT 1 FROM submission LIMIT 1").fetchall()
        except sqlite3.Error:
            return False
        return True

    def size(self) -> int:
        """Bytes on the disk."""
        return self.path.stat().st_size if self.path.exists() else 0

    def settle(self) -> None:
        """Bring the log of the file into the file, and empty it."""
        with closing(self._connected()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dump(self) -> Path:
        """A consistent copy beside the file, whole or not there."""
        self.dump_path.parent.mkdir(exist_ok=True)
        fresh = self.dump_path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with closing(self._connected()) as source, closing(sqlite3.connect(fresh)) as target:
            source.backup(target)
        return fresh.replace(self.dump_path)

    def restore(self) -> None:
        """Put the copy back in the place of the file. FileNotFoundError when there is no copy; sqlite3.DatabaseError when it is damaged."""
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        if not self.dump_path.exists():
            raise FileNotFoundError(self.dump_path)
        with closing(sqlite3.connect(self.dump_path)) as source, closing(sqlite3.connect(fresh)) as target:
            if source.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the copy is damaged")
            source.backup(target)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(NAME + suffix).unlink(missing_ok=True)
        fresh.replace(self.path)
        self.prepare()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.executescript(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        )
        return connection
