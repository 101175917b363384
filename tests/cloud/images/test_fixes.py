"""What apt says it would upgrade is read as it says it."""

from __future__ import annotations

from paraat.cloud.images.fixes import Fix, read

SAID = """Reading package lists...
Inst libssl3 [3.0.15-1~deb12u1] (3.0.16-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
Inst tzdata [2024a-0+deb12u1] (2025b-0+deb12u1 Debian:12.11/oldstable, Debian:bookworm-updates [all])
Conf libssl3 (3.0.16-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
"""


def test_a_fix_says_the_package_both_versions_and_whether_it_is_for_security() -> None:
    assert read("web", SAID) == [
        Fix("web", "libssl3", "3.0.15-1~deb12u1", "3.0.16-1~deb12u2", security=True),
        Fix("web", "tzdata", "2024a-0+deb12u1", "2025b-0+deb12u1", security=False),
    ]
    assert read("web", "Reading package lists...\n") == []
