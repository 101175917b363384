"""What the emergency page's manifest wants to know: its files."""

from __future__ import annotations

from paraat.cloud.catalog.web.page import LANGUAGES, render
from paraat.cloud.workload import Prepared


def values(prepared: Prepared) -> dict[str, str]:
    """The files of the page. A language that is not shown holds the first one: the manifest names all four."""
    files = render(
        prepared.page,
        names=prepared.names,
        languages=prepared.languages,
        phone=prepared.phone,
        hosts=prepared.hosts,
        exercise=prepared.exercise,
    )
    pages = {f"PAGE_{code.upper()}": files.get(f"{code}.html", files["index.html"]) for code in LANGUAGES}
    return pages | {"PAGE": files["index.html"], "STATUS": files["status.json"], "STYLE": files["style.css"]}
