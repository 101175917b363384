"""Start: `python3 -m app.serve` serves and keeps the files right; `python3 -m app.serve settle` puts them right once."""

from __future__ import annotations

import logging
import sys
import threading
import time

from .book import Book
from .notes import Notes
from .site import Site

EVERY = 0.5  # seconds between looks at the Secret, the state and the files


def keep(book: Book) -> None:
    """Bring the files in line whenever the Secret or the state changed, or somebody else wrote in them."""
    seen: object = None
    while True:
        time.sleep(EVERY)
        try:
            now = book.signature()
            if now != seen:
                book.settle()
                seen = book.signature()
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
        ) as error:  # tried again; the page goes on with what it read before
            logging.getLogger("accounts").error("cannot settle: %s", type(error).__name__)


def main() -> None:
    """The process of the container."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    book = Book()
    book.settle()
    if sys.argv[1:] == ["settle"]:
        return
    from waitress import serve  # type: ignore[import-untyped,import-not-found,unused-ignore]

    threading.Thread(target=keep, args=(book,), daemon=True).start()
    site = Site(book, Notes(book.place.state / "notes"))
    everywhere = "0.0.0.0"  # noqa: S104  # of its container: the tenant's network and the entrance
    serve(site, host=everywhere, port=8080, threads=6, ident=None, max_request_body_size=65536, connection_limit=200)


if __name__ == "__main__":
    main()
