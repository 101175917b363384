"""Two hundred people in one room in which fifty things a second happen, with the real processes: web, live, workers and database.

`main` starts an installation, fills a room, opens the sessions of two hundred viewers (the team; partners up to TLP:AMBER; observers up to
TLP:GREEN, of ten organisations in all), and prints one JSON line. Each viewer is what `live.js` is: one stream, and at most one fetch a second of
the parts that changed. Somebody else, in a process of his own, reports signals and writes log lines through the actions that the pages use.

A change has arrived at a viewer when a part that he fetched shows it or a later one of the same place (a lane shows its newest eight). Each viewer
waits for the changes that his ceiling lets him see; one above it that he is shown ends the run.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.installation import ROOT, Installation, installation

VIEWERS, RATE = 200, 50
PACE, SOONEST = 1.0, 0.05  # as live.js
PLACES = ("cyber", "public_order", "disinformation", "operational", "log")
TLPS = (0, 1, 2, 2, 3)  # of changes, in turn: CLEAR, GREEN, AMBER, AMBER, AMBER+STRICT
_MARK = re.compile(rb"mark (\w+) (\d) (\d{6})")
_PART = re.compile(rb'data-part="([^"]+)" data-version="(\w+)"')
_TOKEN = re.compile(r'data-stream="([^"]*)" data-token="([^"]+)"')

STAGE = """
import json, sys
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from paraat.accounts.models import Membership, User
from paraat.kernel.actor import SYSTEM
from paraat.registry.models import Organisation
from paraat.warroom.actions.participants import join_room
from paraat.warroom.actions.rooms import open_room
Session = import_module(settings.SESSION_ENGINE).SessionStore
room = open_room(title="Local elections", kind="election", by=SYSTEM, exercise=True, tlp=0)
def organisation(number, part, ceiling):
    made = Organisation.objects.create(kind="partner", name=f"{part} {number}", languages=["nl"], constituent=False)
    join_room(room=room, organisation=made, part=part, ceiling=ceiling, by=SYSTEM)
    return made
partners = [organisation(number, "responder", 2) for number in range(6)]
watching = [organisation(number, "observer", 1) for number in range(4)]
cookies = []
for number in range(int(sys.argv[1])):
    role, where, top = ("duty_officer", None, 4) if number % 2 == 0 else ("partner", partners[number % 6], 2)
    if number % 5 == 1:
        role, where, top = "partner", watching[number % 4], 1
    user = User.objects.create(email=f"viewer{number}@room.example", name=f"Viewer {number}", language="nl")
    Membership.objects.create(user=user, role=role, organisation=where)
    session = Session()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    cookies.append([f"{settings.SESSION_COOKIE_NAME}={session.session_key}", top])
print(json.dumps({"room": str(room.pk), "viewers": cookies}))
"""

CHANGES = """
import sys, time
import django; django.setup()
from paraat.kernel.actor import Actor, ActorKind
from paraat.warroom.actions.log import add_line
from paraat.warroom.actions.signals import report_signal
from paraat.warroom.models import Room
room, count, rate = Room.objects.get(pk=sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
places, tlps = sys.argv[4].split(","), [int(one) for one in sys.argv[5].split(",")]
by = Actor(ActorKind.SYSTEM, None, "Somebody else")
lanes = {lane.key: lane for lane in room.lanes.all()}
began = time.time()
for number in range(count):
    time.sleep(max(0, began + number / rate - time.time()))
    place, tlp = places[number % len(places)], tlps[number // len(places) % len(tlps)]
    words, at = f"mark {place} {tlp} {number:06d}", time.time()
    if place == "log":
        add_line(room=room, text=words, by=by, tlp=tlp)
    elif lanes[place].disinformation:
        report_signal(room=room, lane=lanes[place], text="", claim=words, channel="App", legal_basis="GDPR 6(1)(e)", by=by, tlp=tlp)
    else:
        report_signal(room=room, lane=lanes[place], text=words, by=by, tlp=tlp)
    print(number, place, tlp, at, time.time(), flush=True)
"""


@dataclass
class Viewer:
    """One browser: what it has, what it saw, and when it asked."""

    port: int
    room: str
    cookie: str
    top: int
    have: dict[bytes, bytes] = field(default_factory=dict)
    newest: dict[tuple[str, int], list[tuple[int, float]]] = field(default_factory=dict)
    asked: list[float] = field(default_factory=list)
    wanted: bool = False
    running: bool = False
    answered: list[float] = field(default_factory=list)
    events: int = 0
    kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> str:
        """The page itself; the token that it carries."""
        _status, _again, page = await self._get(f"/rooms/{self.room}/")
        self._take(page)
        found = _TOKEN.search(page.decode())
        assert found, page[:500]
        return found[2]

    async def listen(self, token: str) -> None:
        """The stream, for as long as the run lasts."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port + 1)
        writer.write(f"GET /live/?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith((b"event: room.", b"event: resync")):
                self.events += 1
                self.soon()

    def soon(self) -> None:
        """As live.js: ask at most once a second."""
        if not self.wanted:
            self.wanted = True
            self._later()

    def _later(self) -> None:
        last = self.asked[-1] if self.asked else 0
        asyncio.get_running_loop().call_later(max(SOONEST, last + PACE - time.time()), self._go)

    def _go(self) -> None:
        self.task = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        if self.running:
            self._later()
            return
        self.wanted, self.running = False, True
        self.asked.append(time.time())
        have = b"~".join(b"%b.%b" % one for one in self.have.items()).decode()
        status, again, text = await self._get(f"/rooms/{self.room}/parts/?have={have}")
        assert status in {200, 204}, (status, text[:300])
        self.answered.append(time.time() - self.asked[-1])
        self.running = False
        if again:
            self.soon()
        self._take(text)

    def _take(self, text: bytes) -> None:
        now = time.time()
        self.have |= dict(_PART.findall(text))
        for place, tlp, number in _MARK.findall(text):
            assert int(tlp) <= self.top, f"a viewer up to {self.top} was shown a change marked {tlp.decode()}"
            seen = self.newest.setdefault((place.decode(), int(tlp)), [])
            if not seen or int(number) > seen[-1][0]:
                seen.append((int(number), now))

    async def _get(self, path: str) -> tuple[int, bool, bytes]:
        if self.kept is None:
            self.kept = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.kept
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookie}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = re.search(r"content-length: (\d+)", head)
        body = (
            await reader.readexactly(int(length[1])) if length else await _chunks(reader) if "chunked" in head else b""
        )
        return status, "x-live-again" in head, body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)


async def watch(made: Installation, staged: dict[str, Any], count: int, rate: float) -> dict[str, float]:
    """Open everything, let the changes happen, and say how long each took to everybody who may see it."""
    room = staged["room"]
    viewers = [Viewer(made.port, room, cookie, top) for cookie, top in staged["viewers"]]
    streams = []
    for viewer in viewers:
        streams.append(asyncio.create_task(viewer.listen(await viewer.open())))
    await asyncio.sleep(2)
    arguments = [room, str(count), str(rate), ",".join(PLACES), ",".join(map(str, TLPS))]
    before = os.times()
    web_before, live_before = cpu(made.processes("web")), cpu(made.processes("live"))
    changing = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHANGES, *arguments, env=made.environment, cwd=ROOT, stdout=subprocess.PIPE
    )
    told, _ = await changing.communicate()
    assert changing.returncode == 0
    changes = [line.split() for line in told.decode().splitlines()]
    await asyncio.sleep(6)
    spent = os.times()
    web = cpu(made.processes("web"))
    live_cpu = cpu(made.processes("live"))
    for stream in streams:
        stream.cancel()
    for viewer in viewers:
        if viewer.kept:
            viewer.kept[1].close()
    return figures(viewers, changes) | {
        "reader_cpu": spent.user + spent.system - before.user - before.system, "web_cpu": web - web_before, "live_cpu": live_cpu - live_before,
    }  # fmt: skip


def cpu(pids: list[int]) -> float:
    """Processor seconds that these processes have taken so far."""
    spent = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


def figures(viewers: list[Viewer], changes: list[list[str]]) -> dict[str, float]:
    """The delays of every change at every viewer who may see it; how often viewers asked; what never came."""
    delays, missing = [], 0
    for viewer in viewers:
        for number, place, tlp, begun, _done in changes:
            if int(tlp) > viewer.top:
                continue
            at = _shown(viewer, place, int(number))
            if at is None:
                missing += 1
            else:
                delays.append(at - float(begun))
    delays.sort()
    answered = sorted(one for viewer in viewers for one in viewer.answered)
    gaps = [later - one for viewer in viewers for one, later in zip(viewer.asked, viewer.asked[1:], strict=False)]
    lasted = float(changes[-1][3]) - float(changes[0][3])
    took = [float(done) - float(begun) for *_rest, begun, done in changes]
    return {
        "p95": delays[int(len(delays) * 0.95)],
        "p50": delays[len(delays) // 2],
        "worst": delays[-1],
        "pairs": len(delays),
        "missing": missing,
        "rate": (len(changes) - 1) / lasted,
        "gap": min(gaps),
        "fetches": sum(len(one.asked) for one in viewers),
        "answer_p50": answered[len(answered) // 2],
        "answer_p95": answered[int(len(answered) * 0.95)],
        "events": sum(one.events for one in viewers),
        "action_ms": 1000 * sum(took) / len(took),
    }


def _shown(viewer: Viewer, place: str, number: int) -> float | None:
    """When this viewer was first shown this change or a later one of its place."""
    seen = (
        at for (where, _tlp), marks in viewer.newest.items() if where == place for mark, at in marks if mark >= number
    )
    return min(seen, default=None)


def main(viewers: int, seconds: float, rate: float) -> None:
    """Measure, and print one JSON line."""
    settings = {"PARAAT_SECOND_FACTOR": "no"}
    with installation(**settings, PARAAT_WEB_WORKERS=os.environ.get("ROOM_WORKERS", "1")) as made:
        made.run("up", timeout=300)
        staged = json.loads(made.python(STAGE, str(viewers)).strip().splitlines()[-1])
        found = asyncio.run(watch(made, staged, int(seconds * rate), rate))
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
