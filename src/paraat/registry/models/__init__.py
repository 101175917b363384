"""The tables of the registry."""

from __future__ import annotations

from paraat.registry.models.imports import ImportFault, ImportRun
from paraat.registry.models.organisations import (
    Asset,
    AssetQuerySet,
    ChannelQuerySet,
    Contact,
    ContactChannel,
    ContactQuerySet,
    DatedQuerySet,
    Organisation,
    OrganisationQuerySet,
    Supply,
    TestCall,
)

__all__ = [
    "Asset",
    "AssetQuerySet",
    "ChannelQuerySet",
    "Contact",
    "ContactChannel",
    "ContactQuerySet",
    "DatedQuerySet",
    "ImportFault",
    "ImportRun",
    "Organisation",
    "OrganisationQuerySet",
    "Supply",
    "TestCall",
]
