"""The house as the rules see it: its layers, its files, what each file parses to."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "paraat"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def layers() -> dict[str, int]:
    """Every package of the house with its height, from the contract in pyproject.toml; siblings have the same."""
    contract = next(one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    lines = [line.replace("|", ":").split(":") for line in reversed(contract["layers"])]
    return {name.strip().removeprefix("paraat."): height for height, names in enumerate(lines) for name in names}


def may_use(user: str, used: str) -> bool:
    """Whether package `user` may depend on package `used`."""
    return user == used or layers()[used] < layers()[user]


@cache
def python_files() -> tuple[Path, ...]:
    """Our own Python, without migrations."""
    return tuple(path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def package(path: Path) -> str:
    """The package of the house that a file belongs to; "" for files of the root."""
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else ""


def templates() -> Iterator[Path]:
    """Every template of ours."""
    for folder in ("templates", "django_templates"):
        for path in sorted(SOURCE.glob(f"*/{folder}/**/*")):
            if path.is_file():
                yield path


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something is, for a message."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"
