"""The texts of the house in other languages: `make translations`.

    tools/translations.py update          take every text from code and templates into src/paraat/locale/*/LC_MESSAGES/django.po
    tools/translations.py missing nl      the texts that nl still lacks, as JSON
    tools/translations.py fill nl FILE    put translations into nl: {"text": "translation" or ["singular", "plural"]}
    tools/translations.py compile         write the .mo files

English is what the code says. A text that left the code is kept in the catalogue as obsolete, so that it need not be translated again; nothing
is guessed ("fuzzy"). Set-up compiles; `tests/web/test_translations.py` fails on a text without a translation.
"""

from __future__ import annotations

import ast
import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "paraat"
LANGUAGES = ("nl", "fr", "de")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METHODS = [
    ("**/migrations/**.py", "ignore"),
    ("cloud/catalog/*/app/**", "ignore"),  # runs in an image, and has its own words
    ("**.py", "python"),
    ("**/django_templates/**.html", "translations:django_template"),
    ("**/django_templates/**.txt", "translations:django_template"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
OPTIONS = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}
_WHEN = datetime(2024, 10, 8, tzinfo=UTC)  # fixed, so that an update that changes no text changes no file


def django_template(file: IO[bytes], _keywords: Any, comments: Any, options: Any) -> Iterator[Any]:
    """Babel's extraction from a Django template: Django turns it into the Python that gettext would read."""
    from django.utils.translation.template import templatize

    source = templatize(file.read().decode(), origin=getattr(file, "name", ""))
    yield from extract_python(io.BytesIO(source.encode()), KEYWORDS, comments, options)


def extracted() -> Catalog:
    """Every text of the house."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    sys.path.insert(0, str(Path(__file__).parent))
    template = Catalog(project="Paraat", charset="utf-8", creation_date=_WHEN)
    found = extract_from_dir(
        str(HOUSE), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for name, _line, message, comments, context in found:
        template.add(message, locations=[(f"src/paraat/{name}", 0)], auto_comments=comments, context=context)
    for name, sentence in error_sentences():
        template.add(sentence, locations=[(f"src/paraat/{name}", 0)])
    return template


def error_sentences() -> Iterator[tuple[str, str]]:
    """What `platform.pages.words_for` says to people: the sentences with which errors are raised, and the docstrings of their classes."""
    files = {path.relative_to(HOUSE).as_posix(): path for path in sorted(HOUSE.rglob("*.py"))}
    trees = {name: ast.parse(path.read_text()) for name, path in files.items() if not _speaks_for_itself(name)}
    classes = [
        (name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    errors = {"ParaatError"}
    while found := {node.name for _, node in classes if errors & {getattr(b, "id", "") for b in node.bases}} - errors:
        errors |= found
    for name, node in classes:
        said = ast.get_docstring(node) if node.name in errors else None
        if said:
            yield name, said.strip()
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield name, first.value


def _speaks_for_itself(name: str) -> bool:
    """Whether a file runs in an image of the emergency cloud, where the words are in the image."""
    return fnmatch(name, "cloud/catalog/*/app/*")


def catalogue(language: str) -> Path:
    """Where the translations of a language are."""
    return HOUSE / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The translations of a language, empty when there are none yet."""
    path = catalogue(language)
    if not path.exists():
        return Catalog(locale=language, project="Paraat", charset="utf-8", creation_date=_WHEN, revision_date=_WHEN)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def write(language: str, known: Catalog) -> None:
    """Write a catalogue such that the same texts give the same bytes."""
    known.revision_date = known.creation_date = _WHEN
    known.last_translator = known.language_team = "Paraat"
    known.version, known.fuzzy, known.msgid_bugs_address = "1", False, "SECURITY.md"
    known.header_comment = f"# The texts of Paraat in {known.locale.english_name}. Licensed under the EUPL-1.2."  # type: ignore[union-attr]
    for message in known:
        message.locations = sorted({(path, 0) for path, _line in message.locations})
        message.user_comments = []
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, known, width=120, sort_output=True, include_lineno=False, omit_header=False)
    text = "".join(line for line in buffer.getvalue().decode().splitlines(keepends=True) if "Generated-By" not in line)
    path.write_text(text)


def update() -> None:
    """Bring every catalogue up to the texts of the code; translations stay."""
    template = extracted()
    for language in LANGUAGES:
        known = merged(read(language), template)
        write(language, known)
        print(f"{language}: {len(known)} texts, {len(missing(known))} without a translation")


def merged(known: Catalog, template: Catalog) -> Catalog:
    """A catalogue with the texts of the code; what it said before is found again when a text comes back."""
    for identity, message in list(known.obsolete.items()):
        known[identity] = message
    known.obsolete.clear()
    known.update(template, no_fuzzy_matching=True, update_creation_date=False)
    return known


def missing(known: Catalog) -> list[Any]:
    """The texts without a translation, or with one that a machine guessed."""
    return [message.id for message in known if message.id and (message.fuzzy or not _whole(message.string))]


def _whole(string: Any) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def fill(language: str, path: Path) -> None:
    """Put translations into a catalogue; a text that the code does not have is named and left out."""
    known = read(language)
    by_id = {message.id if isinstance(message.id, str) else message.id[0]: message for message in known if message.id}
    for text, translation in json.loads(path.read_text()).items():
        message = by_id.get(text)
        if message is None:
            print(f"no such text: {text!r}", file=sys.stderr)
            continue
        message.string = tuple(translation) if isinstance(translation, list) else translation
        message.flags.discard("fuzzy")
    write(language, known)


def compile_all() -> None:
    """Write the compiled form of every catalogue."""
    for language in LANGUAGES:
        with catalogue(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case ["update"]:
            update()
        case ["missing", language]:
            print(json.dumps(missing(read(language)), ensure_ascii=False, indent=1))
        case ["fill", language, path]:
            fill(language, Path(path))
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
