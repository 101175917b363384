"""Only `actions` write: elsewhere no call changes a row, through the ORM or in SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house import house

_ALWAYS = {
    "save",
    "asave",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "raw_delete",
    "_raw_delete",
}
_ON_QUERYSETS = {"create", "update", "delete", "acreate", "aupdate", "adelete"}
_QUERYSET = re.compile(
    r"\.objects\b|\.(filter|exclude|all|select_for_update|visible_to|_set|order_by)\b|\bqueryset\b|\bself\.(filter|model)\b"
)
_STATEMENT = re.compile(r"^\s*(INSERT\s+INTO|UPDATE\s+\w+|DELETE\s+FROM|TRUNCATE|COPY\s+\w+)", re.IGNORECASE)

ALLOWED = {
    "platform/worker.py": "gives the jobs of dead workers back; jobs are Procrastinate's rows",
    "platform/ratelimit.py": "counts requests, not deeds: a row per caller and minute, without a journal entry",
    "warroom/papers.py": "saves a document of a word processor into memory, which is no row",
    "cloud/catalog/files/start.py": "runs in the image of files and ends sessions in that program's own SQLite, which holds no row of ours",
    "platform/idempotency.py": "remembers answers to repeated requests, in the transaction of the action that made them",
}
"""Files that may write besides actions, each with its reason."""
UNJOURNALLED = {
    "note_token_use": "when a token was last used: written at every request, no deed of its own",
    "touch": "notes that figures or a room are to be read again, in the transaction of the deed that changed them, which is in the journal",
}
"""Functions of actions that views may call though they leave no journal entry, each with its reason."""


def _is_writer(path: Path) -> bool:
    relative = path.relative_to(house.SOURCE)
    return "actions" in relative.with_suffix("").parts or str(relative) in ALLOWED


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    receiver = ast.unparse(call.func.value)
    if call.func.attr in _ALWAYS:
        return not receiver.endswith(("form", "super()")) or call.func.attr != "save"
    return call.func.attr in _ON_QUERYSETS and bool(_QUERYSET.search(receiver))


def _is_statement(call: ast.Call) -> bool:
    if not (
        isinstance(call.func, ast.Attribute) and call.func.attr in {"execute", "executemany", "copy"} and call.args
    ):
        return False
    texts = [
        node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return bool(texts and _STATEMENT.match(texts[0]))


def test_only_actions_write() -> None:
    wrong = [
        f"{house.place(path, call)}: {ast.unparse(call)[:80]}"
        for path in house.python_files()
        if not _is_writer(path)
        for call in house.calls(path)
        if _writes(call) or _is_statement(call)
    ]
    assert not wrong, (
        "move it to a verb function in actions.py, where it gets a transaction and a journal entry:\n"
        + "\n".join(wrong)
    )


def test_the_check_sees_a_write() -> None:
    """The rule itself: what it must catch, and what it must not."""
    caught = [
        "Notice.objects.filter(pk=1).update(state='x')",
        "notice.save()",
        "Notice.objects.create()",
        "self.filter(a=1).delete()",
    ]
    let_go = ["digest.update(data)", "seen.update(other)", "path.delete()", "context.update(x=1)"]
    parsed = {text: ast.parse(text, mode="eval").body for text in caught + let_go}
    assert [text for text, call in parsed.items() if isinstance(call, ast.Call) and _writes(call)] == caught
    statement = ast.parse("cursor.execute('DELETE FROM x WHERE y = %s', [1])", mode="eval").body
    assert isinstance(statement, ast.Call)
    assert _is_statement(statement)


def test_every_exception_is_still_needed() -> None:
    missing = [name for name in ALLOWED if not (house.SOURCE / name).exists()]
    assert not missing, f"take these out of ALLOWED: {missing}"


def test_verbs_take_keywords_and_are_decorated() -> None:
    """A verb is an @action with keyword-only parameters. A piece of one may write without, and is then called by actions only."""
    used = {name for path in house.python_files() if not _in_actions(path) for name in _taken_from_actions(path)}
    wrong = []
    for path in filter(_in_actions, house.python_files()):
        for node in house.tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            decorated = any("action" in ast.unparse(one) for one in node.decorator_list)
            writes = any(_writes(call) for call in ast.walk(node) if isinstance(call, ast.Call))
            if decorated and (node.args.args or node.args.posonlyargs):
                wrong.append(f"{house.place(path, node)}: {node.name} takes positional arguments")
            elif writes and not decorated and node.name in used - UNJOURNALLED.keys():
                wrong.append(
                    f"{house.place(path, node)}: {node.name} writes without @action and is called from outside"
                )
    assert not wrong, "\n".join(wrong)


def _taken_from_actions(path: Path) -> Iterator[str]:
    """The names that a file takes from modules of actions: imported, or as `actions.name`."""
    modules = set()
    for node in ast.walk(house.tree(path)):
        if isinstance(node, ast.ImportFrom):
            names = [one.name for one in node.names]
            if "actions" in f"{node.module}.{'.'.join(names)}".split("."):
                modules |= {one.asname or one.name for one in node.names}
    yield from modules
    for node in ast.walk(house.tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield node.attr


def _in_actions(path: Path) -> bool:
    return "actions" in path.relative_to(house.SOURCE).with_suffix("").parts and house.package(path) != "platform"
