"""The operations of an OpenAPI document, and a valid request for each: what hostile requests start from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

Json = Any
Known = Mapping[str, Sequence[Any]]
METHODS = ("get", "post", "put", "patch", "delete")
_BOUNDARY = "boundary-of-parts"
_FORMATS = {
    "date": "2026-06-30",
    "date-time": "2026-06-30T12:00:00Z",
    "uuid": "0190aaaa-0000-7000-8000-000000000001",
    "uri": "https://example.org/",
}


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path. `public` is true where no token is needed."""

    method: str
    path: str
    document: Json = field(repr=False)
    schema: Json = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def public(self) -> bool:
        return {} in self.document.get("security", [{}])

    @property
    def takes_person(self) -> bool:
        """Whether a client's token is refused."""
        return "Takes a user's token" in self.document.get("description", "")

    @property
    def statuses(self) -> set[int]:
        """The statuses that the document declares."""
        return {int(status) for status in self.document["responses"]}

    def parameters(self, place: str) -> dict[str, Json]:
        """The parameters in this place (path, query, header) by name, each with its schema."""
        found = (resolve(each, self.schema) for each in self.document.get("parameters", []))
        return {each["name"]: each.get("schema", {}) for each in found if each["in"] == place}

    def bodies(self) -> dict[str, Json]:
        """The schemas of the body by media type."""
        content = resolve(self.document.get("requestBody", {}), self.schema).get("content", {})
        return {media: resolve(each.get("schema", {}), self.schema) for media, each in content.items()}

    def target(
        self, known: Known, path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> str:
        """Return the path with known values where `path` gives none; values given are percent-encoded already."""
        given = path or {}

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in given:
                return given[name]
            named = known.get(self.path) or known.get(name)  # ids of several things may go by one name
            example = named[0] if named else example_of(self.parameters("path")[name], self.schema, known)
            return quote(str(example), safe="")

        target = re.sub(r"{(\w+)}", value, self.path)
        needed = {
            n: str(example_of(s, self.schema, known, n)) for n, s in self._needed_query() if n not in (query or {})
        }
        parts = [urlencode(needed)] if needed else []
        parts += [f"{quote(name)}={given_value}" for name, given_value in (query or {}).items()]
        return target + ("?" + "&".join(parts) if parts else "")

    def _needed_query(self) -> Iterator[tuple[str, Json]]:
        for each in self.document.get("parameters", []):
            parameter = resolve(each, self.schema)
            if parameter["in"] == "query" and parameter.get("required"):
                yield parameter["name"], parameter.get("schema", {})

    def body(self, known: Known) -> Json:
        """Return a valid JSON body, or None where the operation takes none."""
        schema = self.bodies().get("application/json")
        return None if schema is None else example_of(schema, self.schema, known)

    def encoded(self, known: Known) -> tuple[dict[str, str], bytes | None]:
        """Return the headers and bytes of a valid body."""
        bodies = self.bodies()
        if "application/json" in bodies:
            return {"Content-Type": "application/json"}, json.dumps(self.body(known)).encode()
        for media, schema in bodies.items():
            if media.startswith("multipart/"):
                return multipart(form_of(schema, self.schema, known))
            return {"Content-Type": media}, known[media][0]
        return {}, None


def methods_on(target: str, operations: Sequence[Operation]) -> set[str]:
    """Return the methods of all operations whose path fits this target: `/schools/lookup` is `/schools/{urn}` too.

    What can be read by GET can be asked for by HEAD.
    """
    path = target.partition("?")[0]
    methods = {each.method for each in operations if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), path)}
    return methods | {"HEAD"} if "GET" in methods else methods


def operations_of(schema: Json) -> list[Operation]:
    """Return all operations in the order of the document."""
    return [
        Operation(method.upper(), path, document, schema)
        for path, methods in schema["paths"].items()
        for method, document in methods.items()
        if method in METHODS
    ]


def resolve(schema: Json, root: Json) -> Json:
    """Return a part of the document with its own reference followed."""
    while "$ref" in schema:
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def example_of(schema: Json, root: Json, known: Known, name: str = "") -> Json:
    """Return a value that a schema allows: a known one where the name of the field has any, else a made-up one."""
    schema = resolve(schema, root)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            options = [resolve(each, root) for each in schema[several]]
            schema = next((each for each in options if each.get("type") != "null"), options[0])
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema.get("items", {}), root, known, name.removesuffix("s"))]
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        return {field: example_of(each, root, known, field) for field, each in properties.items()}
    if known.get(name):
        return known[name][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    return _simple(schema, kind)


def _simple(schema: Json, kind: str | None) -> Json:
    if kind in {"integer", "number"}:
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 1)
    if kind == "boolean":
        return True
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return "x" * max(int(schema.get("minLength", 0)), 3)


def leaves(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every part of a JSON value, itself and containers included."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from leaves(each, (*path, key))


def replaced(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    """Return a JSON value with one part replaced."""
    if not path:
        return new
    key, *rest = path
    copy: Json = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = replaced(value[key], tuple(rest), new)
    return copy


def form_of(schema: Json, root: Json, known: Known) -> dict[str, bytes]:
    """Return the fields of a valid form."""
    values = example_of(schema, root, known)
    return {name: value if isinstance(value, bytes) else str(value).encode() for name, value in values.items()}


def multipart(
    fields: Mapping[str, bytes], file_name: bytes = b"locations_2026-06-30.csv"
) -> tuple[dict[str, str], bytes]:
    """Return headers and bytes of a form; the field `file` is a file."""
    parts = []
    for name, value in fields.items():
        file = b'; filename="' + file_name + b'"' if name == "file" else b""
        parts.append(b'Content-Disposition: form-data; name="' + name.encode() + b'"' + file + b"\r\n\r\n" + value)
    mark = b"--" + _BOUNDARY.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}, body
