"""Run it: `python -m intake` serves, `dump` writes a consistent copy beside the file, `restore` puts that copy back."""

from __future__ import annotations

import logging
import sys

from . import office, tenant


def main(arguments: list[str]) -> int:
    """What the image starts, and what hooks run in the container."""
    found = office.opened(tenant.read())
    if arguments == ["dump"]:
        found.store.dump()
    elif arguments == ["restore"]:
        found.store.restore()
    elif arguments:
        return 2
    else:
        _serve(found)
    return 0


def _serve(found: office.Office) -> None:
    import uvicorn

    from .site import SERVED, application

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    uvicorn.run(application(found), host="0.0.0.0", port=8080, timeout_graceful_shutdown=3, **SERVED)  # noqa: S104


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
