"""The public series of Flanders as a file that can be imported.

What is public, and from where:
- July 2020: 48 municipalities had signed up for the co-funded audit, and 72 local governments for ethical hacking by students of Howest
  (press release of the Flemish minister of the Interior, July 2020, as the trade press reported it).
- December 2022: 144 and 138 of the 300 municipalities, "just over two thirds" of them in one or both (the same ministry, December 2022).

What is NOT public, and chosen here arbitrarily so that the published figures come out: which municipalities these were, on which day of the month
they signed up, and how large the overlap was. 204 of 300 is one reading of "just over two thirds"; 144 + 138 - 204 makes it 78 in both. No figure
between the two dates is given or implied.
"""

from __future__ import annotations

from datetime import date

from paraat.registry import belgium

JULY_2020, DECEMBER_2022 = date(2020, 7, 31), date(2022, 12, 31)
LAST_300, FIRST_285 = date(2024, 12, 31), date(2025, 1, 1)
AUDITS = {JULY_2020: 48, DECEMBER_2022: 144}
HACKING = {JULY_2020: 72, DECEMBER_2022: 138}
ONE_OR_BOTH = 204
_EARLY, _LATE = "2020-07-10", "2022-12-01"


def towns() -> list[str]:
    """The NIS codes of the 300 municipalities of 2022, in order."""
    flemish = [one for one in belgium.municipalities() if one.region == belgium.FLANDERS]
    return sorted(one.nis for one in flemish if one.existed(DECEMBER_2022))


def chosen() -> dict[str, list[str]]:
    """Who is in which programme, in the order of signing up. Arbitrary: the first 144, and 138 that share the last 78 of them."""
    listed, begins = towns(), ONE_OR_BOTH - HACKING[DECEMBER_2022]
    return {"audit": listed[: AUDITS[DECEMBER_2022]], "ethical-hacking": listed[begins:ONE_OR_BOTH]}


def content() -> bytes:
    """The file: nis,programme,step,date."""
    lines = ["nis,programme,step,date"]
    for programme, early in [("audit", AUDITS[JULY_2020]), ("ethical-hacking", HACKING[JULY_2020])]:
        for place, nis in enumerate(chosen()[programme]):
            lines.append(f"{nis},{programme},signed-up,{_EARLY if place < early else _LATE}")
    return ("\n".join(lines) + "\n").encode()
