"""What the registry decides, without a database: values in, value out, `now` passed in."""

from __future__ import annotations

from paraat.registry.rules.code_words import make_code_word
from paraat.registry.rules.office_hours import next_office_moment, test_due
from paraat.registry.rules.onboarding import STALE_AFTER, Stage, is_stale, stage
from paraat.registry.rules.reach import out_of_band
from paraat.registry.rules.sites import sites_of

__all__ = [
    "STALE_AFTER",
    "Stage",
    "is_stale",
    "make_code_word",
    "next_office_moment",
    "out_of_band",
    "sites_of",
    "stage",
    "test_due",
]
