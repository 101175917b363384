"""The real lists of October 2024 against the real register of that month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from paraat.formats.reading import read
from paraat.observations.rules import attribute, build_index
from tests.observations.register import read_register

MUNICIPALITIES_OF_8_OCTOBER = {
    "Bever", "Drogenbos", "Kraainem", "Linkebeek", "Ronse", "Sint-Genesius-Rode", "Spiere-Helkijn", "Wemmel", "Wezembeek-Oppem",
}  # fmt: skip
EXPECTED = {
    "2024-10-07_08-05-03": ({"Antwerpen"}, {"Antwerpen", "Limburg", "Oost-Vlaanderen"}),
    "2024-10-08_08-15-05": (MUNICIPALITIES_OF_8_OCTOBER, set()),
    "2024-10-08_14-40-04": (MUNICIPALITIES_OF_8_OCTOBER | {"Zonhoven"}, set()),
    "2024-10-09_13-05-04": (
        {"Amel", "Burg-Reuland", "Büllingen", "Bütgenbach", "Edingen", "Eupen", "Kelmis", "Komen-Waasten", "Lontzen", "Malmedy", "Moeskroen",
         "Vloesberg", "Weismes"},
        set(),
    ),
}  # fmt: skip
PERHAPS = {
    "2024-10-09_13-05-04": {("Eupen", "eupen-auth.guichet-citoyen.be"), ("Edingen", "enghien-auth.guichet-citoyen.be")}
}
UNASSIGNED = {
    "2024-10-07_08-05-03": {"www.dekamer.be", "www.wallonie.be", "www.federation-wallonie-bruxelles.be", "gouvernement.cfwb.be"},
    "2024-10-08_08-15-05": {
        "www.port.brussels", "www.espo.be", "www.portdeliege.be", "www.zeebruggeport.be", "www.portofantwerpbruges.com",
    },
    "2024-10-08_14-40-04": {
        "www.port.brussels", "www.espo.be", "www.portdeliege.be", "www.zeebruggeport.be", "www.portofantwerpbruges.com",
    },
    "2024-10-09_13-05-04": {"eupen-auth.guichet-citoyen.be", "enghien-auth.guichet-citoyen.be"},
}  # fmt: skip


@pytest.mark.parametrize("moment", EXPECTED)
def test_every_municipality_and_province_named_by_its_own_host_is_found_and_no_other(
    shared_data: Path, moment: str
) -> None:
    owners, assets = read_register(shared_data / "be")
    index = build_index(assets, owners, as_of=date(2024, 10, 1))
    [path] = (shared_data / "ddosia").glob(f"{moment}*.json")
    with path.open("rb") as stream:
        [batch] = read(stream, format="ddosia")
    found = attribute(batch.records, index)
    who = {owner.id: owner for owner in owners}
    hosts = dict(zip(batch.records["row"].to_pylist(), batch.records["host"].to_pylist(), strict=True))
    certain, perhaps = defaultdict(set), set()
    for match in found.matches.to_pylist():
        owner = who[match["organisation"]]
        if match["certainty"] == "certain":
            certain[owner.kind].add(owner.names[0])
        elif match["certainty"] == "perhaps":
            perhaps.add((owner.names[0], hosts[match["row"]]))
    municipalities, provinces = EXPECTED[moment]
    assert certain == {
        kind: names for kind, names in {"municipality": municipalities, "province": provinces}.items() if names
    }
    assert perhaps == PERHAPS.get(moment, set())
    assert set(found.unassigned["host"].to_pylist()) == UNASSIGNED[moment]
