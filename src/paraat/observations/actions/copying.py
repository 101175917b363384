"""Rows by COPY: a polars frame straight into a table, some 150,000 rows a second, where INSERT reaches a tenth of that.

Values travel as CSV with control characters for separator and quote, since the rows of reports are full of ordinary quotes.
"""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from django.db import connection, models
from psycopg import sql

_SLICE = 1 << 18
_NULL = "\\N"


def copy_frame(model: type[models.Model], frame: pl.DataFrame, *, never_null: str = "") -> int:
    """Add the rows of `frame`, whose columns are named as those of the table; returns how many.

    `never_null`: a column of free text, in which the mark for null is text like any other. NUL, which PostgreSQL has no place for, becomes U+FFFD.
    """
    if not frame.height:
        return 0
    payload = io.BytesIO()
    _without_nul(frame).write_csv(
        payload,
        include_header=False,
        separator="\x02",
        quote_char="\x01",
        null_value=_NULL,
        datetime_format="%Y-%m-%d %H:%M:%S%.f+00",
    )
    with connection.cursor() as cursor, cursor.copy(_statement(model, frame.columns, never_null)) as copy:
        view = payload.getbuffer()
        for begin in range(0, len(view), _SLICE):
            copy.write(view[begin : begin + _SLICE])
    return frame.height


def _without_nul(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    bad = frame.select(pl.col(texts).str.contains("\x00", literal=True).any()).row(0) if texts else ()
    dirty = [name for name, found in zip(texts, bad, strict=True) if found]
    return frame.with_columns(pl.col(dirty).str.replace_all("\x00", "\ufffd", literal=True)) if dirty else frame


def _statement(model: type[models.Model], columns: list[str], never_null: str) -> Any:
    options: list[sql.Composable] = [sql.SQL("FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01', NULL '\\N'")]
    if never_null:
        options.append(sql.SQL("FORCE_NOT_NULL ({})").format(sql.Identifier(never_null)))
    return sql.SQL("COPY {} ({}) FROM STDIN ({})").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(options),
    )
