"""CyFun's published rules, written slowly and apart from the code: nested dictionaries, no shared helpers, one rule a step.

Written from: subcategory = average of its controls; category = average of its subcategories, for documentation and implementation apart;
maturity of a category = average of both; total = average of the categories. Not applicable counts as 2.5 (Basic) or 3 (Important, Essential), at most
1, 3 or 5 times, never for a key measure, at Essential never where management is asked. Met: total at least 2.5, 3 or 3.5, every key measure
2.5, 3 or 3, and at Essential every category 3.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

LEVELS = ["basic", "important", "essential"]
STANDS_FOR = {"basic": "2.5", "important": "3", "essential": "3"}
MOST = {"basic": 1, "important": 3, "essential": 5}
TOTAL = {"basic": "2.5", "important": "3", "essential": "3.5"}
KEY = {"basic": "2.5", "important": "3", "essential": "3"}


def slowly(controls: list[Any], answers: dict[str, Any], level: str) -> dict[str, Any]:
    """Total, categories and verdict by the rules above."""
    asked = []
    for control in controls:
        if LEVELS.index(control.level) <= LEVELS.index(level):
            asked.append(control)

    tree: dict[str, dict[str, list[tuple[Fraction, Fraction]]]] = {}
    unknown, skipped, forbidden, keys_failed = [], [], [], []
    for control in asked:
        answer = answers.get(control.identifier)
        if answer is not None and answer.status == "not_applicable":
            skipped.append(control.identifier)
            if control.key_measure or (level == "essential" and control.management):
                forbidden.append(control.identifier)
            pair = (Fraction(STANDS_FOR[level]), Fraction(STANDS_FOR[level]))
        elif (
            answer is None
            or answer.documentation is None
            or answer.implementation is None
            or answer.status in ("not_testable", "error")
        ):
            unknown.append(control.identifier)
            continue
        else:
            pair = (Fraction(answer.documentation), Fraction(answer.implementation))
            if control.key_measure and (pair[0] + pair[1]) / 2 < Fraction(KEY[level]):
                keys_failed.append(control.identifier)
        tree.setdefault(control.category, {}).setdefault(control.subcategory, []).append(pair)

    categories: dict[str, Fraction] = {}
    for category, subcategories in tree.items():
        axes = []
        for axis in (0, 1):
            total, number = Fraction(0), 0
            for pairs in subcategories.values():
                sub = Fraction(0)
                for pair in pairs:
                    sub = sub + pair[axis]
                total = total + sub / len(pairs)
                number = number + 1
            axes.append(total / number)
        categories[category] = (axes[0] + axes[1]) / 2

    total = None
    if categories:
        total = Fraction(0)
        for value in categories.values():
            total = total + value
        total = total / len(categories)

    if len(skipped) > MOST[level] or forbidden or keys_failed:
        met: bool | None = False
    elif unknown or total is None:
        met = None
    else:
        met = total >= Fraction(TOTAL[level])
        if level == "essential":
            met = met and all(value >= 3 for value in categories.values())
    return {"total": total, "categories": categories, "met": met, "unknown": unknown, "skipped": skipped}
