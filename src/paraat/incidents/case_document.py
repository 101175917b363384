"""The form of a case file: a pydantic model per part, made from the tables, and the JSON schema that docs/case-file.schema.json publishes."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, create_model

from paraat.accounts.models import User
from paraat.incidents.case_parts import PARTS, Part, base_of, reference
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.registry.models import Organisation

FORMAT, VERSION = "paraat-case", 1
LABELS = tuple(level.label for level in Tlp)
_SHOWN = 8
_WHOLE: dict[type, tuple[int, int]] = {
    models.PositiveSmallIntegerField: (0, 32_767),
    models.PositiveIntegerField: (0, 2_147_483_647),
    models.BigIntegerField: (-(2**63), 2**63 - 1),
    models.IntegerField: (-(2**31), 2**31 - 1),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class OrganisationRef(_Strict):
    """An organisation of the file. `ref` names it in the file; it is found again by kind and NIS code, else by kind and name."""

    ref: str = Field(max_length=300)
    kind: str = Field(max_length=40)
    nis: str = Field("", max_length=10)
    name: str = Field(max_length=200)


class AccountRef(_Strict):
    """An account that the file names (who leads the case, who wrote a note). It is found again by its address; no account is made."""

    email: str = Field(max_length=254)
    name: str = Field(max_length=200)


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("no text holds a NUL")
    return value


Text = Annotated[str, AfterValidator(_text)]


@cache
def document_model() -> type[BaseModel]:
    """The whole file."""
    parts: dict[str, Any] = {
        part.name: (_row(part), ...) if part.name == "case" else (list[_row(part)], Field(default_factory=list))  # type: ignore[misc]
        for part in PARTS
    }
    head: dict[str, Any] = {
        "format": (Literal["paraat-case"], ...),
        "version": (Literal[1], ...),
        "tlp": (Literal[LABELS], ...),
        "origin": (Annotated[Text, Field(max_length=200)], ...),
        "organisations": (list[OrganisationRef], Field(default_factory=list)),
        "accounts": (list[AccountRef], Field(default_factory=list)),
    }
    return create_model(
        "CaseFile",
        __base__=_Strict,
        __doc__="A case of Paraat with everything that hangs on it, up to the marking `tlp` and no higher.",
        **head,
        **parts,
    )


def schema() -> str:
    """The JSON schema, as it is published."""
    made = document_model().model_json_schema()
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def read(text: bytes | str) -> dict[str, Any]:
    """The file as values. Raises Invalid, which names the places that are wrong and why."""
    try:
        given = document_model().model_validate_json(text)
    except ValidationError as error:
        places = [
            f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors(include_url=False)
        ]
        raise Invalid("This is no case file, or not a sound one", where="; ".join(places[:_SHOWN])) from error
    return given.model_dump()


def _row(part: Part) -> type[BaseModel]:
    fields: dict[str, Any] = {field.name: _typed(field) for field in part.columns}
    fields |= {field.name: (list[UUID], Field(default_factory=list)) for field in part.lists}
    return create_model(f"{part.model.__name__}Row", __base__=_Strict, __doc__=part.model.__doc__, **fields)


def _typed(field: models.Field[Any, Any]) -> Any:
    kind: Any = list[_scalar(base_of(field))] if isinstance(field, ArrayField) else _scalar(field)  # type: ignore[misc]
    return (kind | None, None) if field.null else (kind, ...)


def _scalar(field: models.Field[Any, Any]) -> Any:
    if field.name == "tlp":
        return Literal[LABELS]
    to = reference(field)
    if to is not None:
        return Annotated[Text, Field(max_length=300)] if to in {Organisation, User} else UUID
    if field.choices and isinstance(field, models.CharField):
        return Literal[tuple(str(value) for value, _ in field.flatchoices)]
    if isinstance(field, models.DecimalField):
        return Annotated[Decimal, Field(max_digits=field.max_digits, decimal_places=field.decimal_places)]
    if isinstance(field, models.CharField):
        return Annotated[Text, Field(max_length=field.max_length)]
    if type(field) in _WHOLE:
        low, high = _WHOLE[type(field)]
        return Annotated[int, Field(ge=low, le=high)]
    simple: dict[type, Any] = {
        models.UUIDField: UUID, models.BooleanField: bool, models.DateTimeField: AwareDatetime, models.DateField: date,
        models.TextField: Text, models.JSONField: Any,
    }  # fmt: skip
    return simple[type(field)]


__all__ = ["FORMAT", "LABELS", "VERSION", "document_model", "read", "schema"]
