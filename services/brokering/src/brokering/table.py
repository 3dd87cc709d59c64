"""Documents as rows of a table: the scalar fields of their model, and of the models inside it, a column each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

Path = tuple[str, ...]


@cache
def paths_of(model: type[BaseModel]) -> tuple[Path, ...]:
    """Return where a document of the model holds single values or codes; lists of documents are not of a table."""
    return tuple(_paths(model))


def header_of(model: type[BaseModel]) -> list[str]:
    """Return the columns' names: a value inside another is named by both."""
    return ["_".join(path) for path in paths_of(model)]


async def rows_of(model: type[BaseModel], documents: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[Sequence[Any]]:
    """Yield a row a document; codes of a list stand with spaces between them."""
    paths = paths_of(model)
    async for document in documents:
        yield [_cell(document, path) for path in paths]


def _paths(model: type[BaseModel]) -> Iterator[Path]:
    for name, field in model.model_fields.items():
        kind = _without_none(field.annotation)
        key = field.alias or name
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((key, *inner) for inner in _paths(kind))
        elif get_origin(kind) is None or kind == list[str]:
            yield (key,)


def _without_none(kind: Any) -> Any:
    kinds = [each for each in get_args(kind) if each is not NoneType]
    return kinds[0] if get_origin(kind) in {Union, UnionType} and len(kinds) == 1 else kind


def _cell(document: Mapping[str, Any], path: Path) -> Any:
    value: Any = document
    for key in path:
        value = None if value is None else value[key]
    return " ".join(value) if isinstance(value, list) else value
