"""kill -9 of the sender in the middle of a fan-out: none is lost, and only the first few without an outcome may have been sent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paraat.platform.channels.base import State
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from tests.platform.channels.messages import outgoing
from tests.platform.channels.servers import Inbox, smtp_server

CONNECTIONS = 4
SENDER = """
import sys
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from tests.platform.channels.messages import outgoing
port, size, log = int(sys.argv[1]), int(sys.argv[2]), open(sys.argv[3], "a", buffering=1)
channel = MailChannel(press=Press("a@team.example"), routes=(MailRoute("127.0.0.1", port),), connections=4, demonstration=False)
items = [outgoing(f"spoc@town{number}.example") for number in range(size)]
names = {item.delivery: item.address for item in items}
for group in channel.send_in_groups(items):
    log.write("".join(names[outcome.delivery] + "\\n" for outcome in group))
"""


@pytest.mark.fault
@pytest.mark.parametrize("after", [20, 150])
def test_a_killed_sender_leaves_at_most_one_message_per_connection_in_doubt(after: int, tmp_path: Path) -> None:
    log = tmp_path / "known"
    log.touch()
    with smtp_server(inbox := Inbox()) as port:
        process = subprocess.Popen([sys.executable, "-c", SENDER, str(port), "2000", str(log)], env=_environment())
        while len(log.read_text().splitlines()) < after and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -9
        time.sleep(0.5)  # the server finishes what it has
        arrived = list(inbox.recipients)
        known = set(log.read_text().splitlines())
        everybody = [f"spoc@town{number}.example" for number in range(2000)]
        rest = [address for address in everybody if address not in known]
        doubtful = set(rest[:CONNECTIONS])
        assert after <= len(known) < 2000
        assert known <= set(arrived), "what was recorded did arrive"
        assert set(arrived) - known <= doubtful, "what arrived unrecorded is among the first ones without an outcome"
        mail = MailChannel(
            press=Press("a@team.example"), routes=(MailRoute("127.0.0.1", port),), connections=4, demonstration=False
        )
        assert {outcome.state for outcome in mail.send([outgoing(address) for address in rest])} == {State.ACCEPTED}
    assert set(inbox.recipients) == set(everybody), "none lost"
    twice = {address for address in everybody if inbox.recipients.count(address) > 1}
    assert twice <= doubtful and len(twice) <= CONNECTIONS


def _environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[3]
    return os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
