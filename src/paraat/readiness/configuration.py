"""The settings of what is learnt, declared like those of `platform.configuration`; read here and nowhere else."""

from __future__ import annotations

from paraat.platform.setting import declare, text

REGION = declare(
    "PARAAT_REGION",
    text,
    "02000",
    "NIS code of the region whose municipalities are the denominator of figures: 02000 Flanders, 03000 Wallonia, 04000 Brussels.",
)
