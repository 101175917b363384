"""Whom does an observation concern, and why: pure decisions on whole columns.

    index = build_index(assets, organisations, as_of=day)
    found = attribute(batch.records, index, interest=True)
    found.matches, found.unassigned, digest([found, ...])

Nothing here knows Django, the clock or a file; production and benchmarks run the same functions.
"""

from paraat.observations.rules.assets import Asset, AssetKind, Owner
from paraat.observations.rules.attribution import Attribution, attribute, digest
from paraat.observations.rules.index import OwnershipIndex, build_index
from paraat.observations.rules.vocabulary import Certainty, Reason, Why

__all__ = [
    "Asset",
    "AssetKind",
    "Attribution",
    "Certainty",
    "Owner",
    "OwnershipIndex",
    "Reason",
    "Why",
    "attribute",
    "build_index",
    "digest",
]
