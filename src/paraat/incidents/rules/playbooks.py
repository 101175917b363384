"""What a playbook must have before a case may get it, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paraat.incidents.rules.notes import differences
from paraat.incidents.rules.tasks import in_circle

WHO = ("team", "victim")
LONGEST_HOURS = 24 * 366


def missing_texts(
    title: Mapping[str, str],
    first_hour: Mapping[str, Sequence[str]],
    steps: Sequence[Mapping[str, Any]],
    languages: Sequence[str],
) -> list[tuple[str, str]]:
    """Every text that a language lacks, as (where, language): "title", "first_hour", or the key of a step."""
    lacking = [("title", language) for language in languages if not title.get(language, "").strip()]
    most = max((len(said) for said in first_hour.values()), default=0)
    lacking += [("first_hour", language) for language in languages if len(first_hour.get(language, ())) < max(most, 1)]
    for step in steps:
        for part in ("title", "text"):
            lacking += [(step["key"], one) for one in languages if not str(step[part].get(one, "")).strip()]
    return list(dict.fromkeys(lacking))


def fault_of_steps(steps: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the order of the steps, as an English sentence to be translated; empty when nothing is."""
    keys = [str(step["key"]) for step in steps]
    if not keys:
        return "A playbook needs a step"
    if len(set(keys)) != len(keys) or not all(keys):
        return "Every step has its own key"
    if any(one not in keys for step in steps for one in step["after"]):
        return "A step waits for one that does not exist"
    if in_circle({str(step["key"]): list(step["after"]) for step in steps}):
        return "These steps wait for each other in a circle"
    if any(step["who"] not in WHO for step in steps):
        return "A step is the team's or the victim's"
    if any(not 0 <= float(step["hours"]) <= LONGEST_HOURS for step in steps):
        return "A step is due between now and a year"
    return ""


def as_lines(playbook: Mapping[str, Any], language: str) -> str:
    """A version in one language as text, a line per thing that can change."""
    said = [playbook["title"].get(language, ""), ", ".join(playbook["classifications"])]
    said += [f"- {sentence}" for sentence in playbook["first_hour"].get(language, ())]
    for step in playbook["steps"]:
        after = f" < {', '.join(step['after'])}" if step["after"] else ""
        said.append(f"[{step['key']}] {step['hours']:g} h, {step['who']}{after}")
        said += [f"  {step['title'].get(language, '')}", f"  {step['text'].get(language, '')}"]
    return "\n".join(said)


def changes(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What differs between two versions in one language: ("gone" | "new", line), without what stayed."""
    return [one for one in differences(as_lines(old, language), as_lines(new, language)) if one[0] != "same"]
