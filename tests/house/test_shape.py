"""The shape of the code: names, lengths, and templates without inline code."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess

from tests.house import house

_VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "selectors", "services"}
_INLINE = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
    "something from another host": re.compile(
        r"""<(?:script|link|img|iframe|source|audio|video)\b[^>]*\s(?:src|href)\s*=\s*["']?(?:https?:)?//""",
        re.IGNORECASE,
    ),
}
_OUR_OWN_PATHS = re.compile(r"(?<![\w.])/root/[.\w]|pip\.conf|--(?:extra-)?index-url \S+://")


def test_no_module_has_a_vague_name() -> None:
    wrong = [house.place(path) for path in house.python_files() if path.stem in _VAGUE or path.parent.name in _VAGUE]
    assert not wrong, f"name a module after its noun: {wrong}"


def test_no_file_is_longer_than_400_lines() -> None:
    sizes = {house.place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in house.python_files()}
    long = {name: size for name, size in sizes.items() if size > 400}
    assert not long, f"split by noun: {long}"


def test_functions_are_short() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.body[0].lineno + 1 - _docstring(node)
        for path in house.python_files()
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] < 40


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (first.end_lineno or 0) - first.lineno + 1 if text else 0


def test_no_template_holds_code_or_style() -> None:
    wrong = []
    for path in house.templates():
        text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if path.suffix in {".html", ".svg"}:
            wrong += [
                f"{house.place(path)} has {what}: {found.group(0)[:60]}"
                for what, pattern in _INLINE.items()
                if (found := pattern.search(text))
            ]
    assert not wrong, "the Content-Security-Policy forbids it:\n" + "\n".join(wrong)


def test_no_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=house.ROOT, capture_output=True, check=False)
    names = [name for name in listed.stdout.decode().split("\0") if name and not name.startswith("tests/house/")]
    if listed.returncode:  # an unpacked archive
        names = [str(path.relative_to(house.ROOT)) for path in house.python_files()]
    wrong = []
    for name in names:
        path = house.ROOT / name
        if path.suffix in {".png", ".jpg", ".woff2", ".mo", ".zip", ".gz", ".pdf", ".xlsx"} or not path.is_file():
            continue
        if found := _OUR_OWN_PATHS.search(path.read_text(encoding="utf-8", errors="ignore")):
            wrong.append(f"{name}: {found.group(0)}")
    assert not wrong, f"only works on the machine of whoever wrote it: {wrong}"
