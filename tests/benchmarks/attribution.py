"""Our side of the attribution benchmarks: the functions that production calls, on the file and registry that the opponents get."""

from __future__ import annotations

import importlib
import ipaddress
import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from paraat.formats.reading import read
from paraat.observations.rules import Asset, Owner, OwnershipIndex, attribute, build_index, digest
from tests.benchmarks.bench import reference

RUNS = 5


def registry(constituents: int) -> list[dict[str, Any]]:
    """The opponents' synthetic registry."""
    sys.path.insert(0, str(reference()))
    return list(importlib.import_module("generate").registry(constituents))


def make_index(constituents: list[dict[str, Any]]) -> OwnershipIndex:
    """The index that the registry would build."""
    owners = [Owner(str(each["id"]), "municipality", (f"Gemeente {each['id']}",)) for each in constituents]
    return build_index(list(_assets(constituents)), owners, as_of=date(2026, 1, 28))


def _assets(constituents: list[dict[str, Any]]) -> Iterator[Asset]:
    for each in constituents:
        owner = str(each["id"])
        yield from (Asset(f"{owner}-d{place}", owner, "domain", name) for place, name in enumerate(each["domains"]))
        for place, (low, _, prefix) in enumerate(each["networks"]):
            yield Asset(f"{owner}-n{place}", owner, "network", f"{ipaddress.ip_address(low)}/{prefix}")


def pipeline(path: Path, index: OwnershipIndex) -> tuple[int, int, int, int]:
    """Bytes to attributed: input rows, quarantined rows, matches with reasons, lines of the digest."""
    rows = quarantined = matches = 0
    attributions = []
    with path.open("rb") as stream:
        for batch in read(stream, format="shadowserver", name=path.name):
            rows += batch.rows
            quarantined += batch.quarantined.num_rows
            attribution = attribute(batch.records, index, interest=False)
            matches += attribution.matches.num_rows
            attributions.append(attribution)
    return rows, quarantined, matches, digest(attributions).num_rows


def main(path: Path, constituents: int) -> None:
    """Best of five, as the opponent."""
    drawn = registry(constituents)
    begin = time.process_time()
    index = make_index(drawn)
    index_seconds = time.process_time() - begin
    best, result = float("inf"), (0, 0, 0, 0)
    for _ in range(RUNS):
        begin = time.process_time()
        result = pipeline(path, index)
        best = min(best, time.process_time() - begin)
    rows, quarantined, matches, digests = result
    print(json.dumps({
        "constituents": constituents, "events": rows, "quarantined": quarantined, "matches": matches, "digests": digests,
        "eps_cpu": round(rows / best), "index_seconds": round(index_seconds, 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
