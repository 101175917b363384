"""How the web and live processes are started, and whether they answer."""

from __future__ import annotations

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from paraat.kernel.errors import SettingError
from paraat.platform import configuration


def web_command() -> list[str]:
    """The command that serves the pages: granian, which starts its own workers again when they die."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={configuration.HOST.get()}",
        f"--port={configuration.PORT.get()}",
        f"--workers={configuration.WEB_WORKERS.get()}",
        f"--blocking-threads={configuration.WEB_THREADS.get()}",
        "--backpressure=256",
        "--respawn-failed-workers",
        "--no-access-log",
        "--log-level=warning",
        "paraat.platform.wsgi:application",
    ]


def serve_live() -> None:
    """Serve the live process in this one, until it is asked to stop."""
    import logging.config

    import uvicorn

    from paraat.platform import logging as our_logging
    from paraat.platform.live_app import application

    logging.config.dictConfig(our_logging.configuration())
    uvicorn.run(
        application(),
        host=configuration.HOST.get(),
        port=configuration.PORT.get() + 1,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
        proxy_headers=False,
    )


def wait_until_answering(*, patience: float, while_true: Callable[[], bool] = lambda: True) -> bool:
    """Wait until the web and live processes answer, at most `patience` seconds or until `while_true()` no longer holds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and while_true():
        if answers(configuration.PORT.get()) and answers(configuration.PORT.get() + 1):
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    """Whether something answers /healthz on this port."""
    host = configuration.HOST.get()
    named = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    try:
        with urllib.request.urlopen(f"http://{named}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def require_free_ports() -> None:
    """SettingError when another program listens on one of our ports."""
    for port in (configuration.PORT.get(), configuration.PORT.get() + 1):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((configuration.HOST.get(), port))
            except OSError as error:
                raise SettingError(
                    f"PARAAT_PORT={configuration.PORT.get()} is wrong: port {port} is in use by another program. Set PARAAT_PORT to a free one"
                ) from error
