"""A register built from the open data on Belgian local governments, as an import would build it, without a database."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from paraat.observations.rules import Asset, Owner

KINDS = {
    "Provincie": "province",
    "District": "district",
    "Politiezone": "police_zone",
    "Hulpverleningszone": "fire_zone",
    "Autonoom gemeentebedrijf": "municipal_agency",
}


def read_register(folder: Path) -> tuple[list[Owner], list[Asset]]:
    """Municipalities that existed on 1 October 2024 and the other local bodies, with their sites and guesses by the rule of thumb."""
    owners, assets = [], []
    for number, row in enumerate(_rows(folder / "municipalities.csv")):
        if row["active_2024"] == "1":
            owner = f"m{number}-{row['nis']}"
            names = [row[f"name_{language}"] for language in ("nl", "fr", "de") if row[f"name_{language}"]]
            owners.append(Owner(owner, "municipality", tuple(dict.fromkeys(names))))
            if row["website"]:
                assets.extend(_site(owner, row["website"]))
            assets.extend(_guesses(owner, names))
    for number, row in enumerate(_rows(folder / "other_local_bodies_flanders.csv")):
        owner = f"b{number}-{row['nis']}"
        owners.append(Owner(owner, KINDS.get(row["type"], "intermunicipal_association"), (row["name"],)))
        if row["website"]:
            assets.extend(_site(owner, row["website"]))
    return owners, assets + _exceptions(owners)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _site(owner: str, url: str) -> Iterator[Asset]:
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.hostname or "").removeprefix("www.")
    page = parts.path.strip("/") or parts.query
    yield Asset(f"{owner}:{url}", owner, "page" if page else "domain", host + (f"/{page}" if page else ""))


def _guesses(owner: str, names: list[str]) -> Iterator[Asset]:
    for site in {spelling for name in names for spelling in _spellings(name)}:
        yield Asset(f"{owner}:guess:{site}", owner, "domain", f"{site}.be", guessed=True)


def _spellings(name: str) -> Iterator[str]:
    lower = name.lower().replace(" ", "-").replace("'", "-")
    for way in (lower, lower.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"}))):
        yield "".join(
            letter
            for letter in unicodedata.normalize("NFKD", way)
            if letter.isascii() and (letter.isalnum() or letter == "-")
        )


EXCEPTIONS = {
    ("municipality", "Edingen"): "enghien-edingen.be",
    ("municipality", "Komen-Waasten"): "villedecomines-warneton.be",
    ("province", "Antwerpen"): "provincieantwerpen.be",
    ("province", "Limburg"): "limburg.be",
    ("province", "Oost-Vlaanderen"): "oost-vlaanderen.be",
    ("province", "Vlaams-Brabant"): "vlaamsbrabant.be",
    ("province", "West-Vlaanderen"): "west-vlaanderen.be",
}
"""Sites that the rule of thumb misses."""


def _exceptions(owners: list[Owner]) -> list[Asset]:
    known = [(owner, EXCEPTIONS.get((owner.kind, owner.names[0].removeprefix("Provincie ")))) for owner in owners]
    return [Asset(f"{owner.id}:exception", owner.id, "domain", site) for owner, site in known if site]
