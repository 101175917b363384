"""Our side of the fan-out: `python -m tests.benchmarks.fanout HOST PORT MESSAGES CONNECTIONS FILE` sends the bytes of FILE so many times.

The function measured is the one that production calls with finished bytes, in step with its caller.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from paraat.kernel.ids import uuid7
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from paraat.platform.channels.mail.courier import Letter


def main() -> None:
    """Send and report."""
    host, port, messages, connections, file = sys.argv[1:6]
    content = Path(file).read_bytes()
    letters = [Letter(uuid7(), "a@example.org", "b@example.org", content) for _ in range(int(messages))]
    route = MailRoute(host, int(port), tls="never")
    channel = MailChannel(
        press=Press("a@example.org"), routes=(route,), connections=int(connections), demonstration=False
    )
    begin, spent = time.perf_counter(), time.process_time()
    accepted = sum(outcome.state == "accepted" for group in channel.carry(letters) for outcome in group)
    wall, cpu = time.perf_counter() - begin, time.process_time() - spent
    print(
        json.dumps(
            {"accepted": accepted, "per_second": round(accepted / wall), "per_cpu_second": round(accepted / cpu)}
        )
    )


if __name__ == "__main__":
    main()
