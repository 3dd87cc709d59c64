"""Every error leaves as `application/problem+json` (RFC 9457), and none carries exception text."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, get_args

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import iter_route_contexts
from pydantic_core.core_schema import ErrorType
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from shared.auth.access import access_of
from shared.errors import (
    WHOLE_BODY,
    Conflict,
    DomainError,
    FieldProblem,
    PayloadTooLarge,
    Unavailable,
    Unprocessable,
    UnsupportedMediaType,
)
from shared.responses import dumps
from shared.telemetry.context import trace_id

MEDIA_TYPE = "application/problem+json"
JSON = ("application/json",)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
STATUSES = (400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503)
_KEY = "[key]"
"""What the validator puts after the name of a member whose name itself is wrong."""
_PARSING = frozenset(get_args(ErrorType)) - {"missing", "value_error", "assertion_error"}
"""Errors of what was sent; the others may be of a member that was left out."""
_BODY_STATUSES = (400, 413)
"""With these the framework tells of a body that it could not read."""

_NO_JSON = "json_invalid"
_PLAIN = {
    "extra_forbidden": "There is no field of this name here.",
    "missing": "This has to be there.",
    "model_attributes_type": "A JSON object is wanted here.",
    "model_type": "A JSON object is wanted here.",
    "dict_type": "A JSON object is wanted here.",
    "list_type": "A JSON array is wanted here.",
}
"""What is said in place of a validator's own words, where these speak of the program, by the type of the error."""

_log = structlog.get_logger()


def problem_response(request: Request, error: DomainError) -> Response:
    """Answer with the problem document of this error."""
    document = {
        "type": f"urn:problem:{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": request.url.path,
        "trace_id": trace_id(),
        "errors": [{"pointer": e.pointer, "detail": e.detail, "code": e.code} for e in error.errors],
    }
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Authorization", **error.headers}
    return Response(dumps(document), error.status, headers=headers, media_type=MEDIA_TYPE)


class _HttpProblem(DomainError):
    """A status that the framework itself chose, such as 404 for an unknown path."""

    def __init__(self, status: int, headers: Mapping[str, str] | None) -> None:
        phrase = HTTPStatus(status).phrase
        super().__init__(f"{phrase}.", headers=dict(headers or {}))
        self.status = status  # type: ignore[misc]  # the class serves every status
        self.slug = phrase.lower().replace(" ", "-").replace("'", "")  # type: ignore[misc]  # as above
        self.title = phrase  # type: ignore[misc]  # as above


class InternalError(DomainError):
    """Something went wrong that is not the client's doing; the log has it under the same trace id."""

    status = 500
    slug = "internal-error"
    title = "Something went wrong here"


def _validation_error(error: RequestValidationError) -> Unprocessable:
    """Return the problem of an input: one error a place, in the words of every alternative where there are some."""
    problems: dict[str, FieldProblem] = {}
    for item in error.errors():
        found = _problem_of(item["loc"], str(item["type"]), str(item["msg"]), error.body)
        known = problems.get(found.pointer)
        if known is not None:
            found = FieldProblem(known.pointer, f"{known.detail}; or: {found.detail}", known.code)
        problems[found.pointer] = found
    return Unprocessable("Some of the input is not valid; `errors` says where.", errors=[*problems.values()])


def _problem_of(location: tuple[int | str, ...], code: str, message: str, body: object) -> FieldProblem:
    if code == _NO_JSON:  # what follows "body" is the place of a character, not a path
        place = f"The body is no JSON: it cannot be read from character {int(location[-1]) + 1} on."
        return FieldProblem(WHOLE_BODY, place, code)
    where, *path = location
    if where == "body":
        pointer = pointer_to(_within(body, path, left_out=code not in _PARSING))
    else:
        pointer = ".".join(str(part) for n, part in enumerate(path) if n == 0 or isinstance(part, int)) or str(where)
    return FieldProblem(pointer, _PLAIN.get(code) or sentence_of(message), code)


def _within(body: object, path: Sequence[int | str], *, left_out: bool) -> list[int | str]:
    """Return a validator's path without what is no place of the body: it also names the alternative that it tried.

    A member that may be `left_out` is a place all the same: alternatives have the names of types.
    """
    place: list[int | str] = []
    at = body
    for number, part in enumerate(path, start=1):
        members: Mapping[Any, Any] = (
            dict(enumerate(at)) if isinstance(at, list) else at if isinstance(at, Mapping) else {}
        )
        if part in members:
            at = members[part]
        elif part != _KEY and not (left_out and number == len(path) and str(part).islower()):
            continue
        place.append(part)
    return place


def pointer_to(location: Sequence[int | str]) -> str:
    """Return the JSON pointer to what a validator found, empty for the whole: a wrong key as the member it names."""
    path = location[:-1] if location and location[-1] == _KEY else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def sentence_of(message: str) -> str:
    """Return a validator's message in the words of the rule that raised it."""
    return message.removeprefix("Value error, ")


def install(app: FastAPI, constraints: Mapping[str, DomainError]) -> None:
    """Register the handlers; `constraints` gives the error to answer with for a database constraint by name."""

    async def domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)  # noqa: S101 - registered for this class only
        return problem_response(request, error)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        refusal = await _refusal(request) or _unsupported(request, error)
        return problem_response(request, refusal or _validation_error(error))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        refusal = await _refusal(request) if error.status_code in _BODY_STATUSES else None
        return problem_response(request, refusal or _http_problem(request, error))

    async def database(request: Request, error: Exception) -> Response:
        return problem_response(request, _database_error(error, constraints))

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(PoolTimeoutError, database)


async def _refusal(request: Request) -> DomainError | None:
    """Return why the client may not ask at all: the framework reads a body before it looks who sent it."""
    access = access_of(getattr(request.scope.get("route"), "dependant", None))
    try:
        if access is not None:
            await access(request)
    except DomainError as refusal:
        return refusal
    return None


def _unsupported(request: Request, error: RequestValidationError) -> DomainError | None:
    """Return the error for a body of another kind than the route reads, where the body is what is wrong."""
    if not any(item["loc"][0] == "body" for item in error.errors()):
        return None
    sent = request.headers.get("content-type", "").split(";")[0].strip().lower()
    dependant = getattr(request.scope.get("route"), "dependant", None)
    form = dependant is not None and _takes_form(dependant)
    read = FORMS if form else JSON
    if not sent or sent in read or (not form and sent.endswith("+json")):
        return None
    return UnsupportedMediaType(f"This route reads {read[0]}, not {sent[:100]}.", headers={"Accept": read[0]})


def _takes_form(dependant: Dependant) -> bool:
    own = any(isinstance(field.field_info, Form) for field in dependant.body_params)
    return own or any(map(_takes_form, dependant.dependencies))


def _http_problem(request: Request, error: HTTPException) -> DomainError:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return Unprocessable(
            "The body cannot be read.", errors=[FieldProblem(WHOLE_BODY, "It is not well formed.", "unreadable")]
        )
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return PayloadTooLarge("The body is larger than this service takes.", headers=headers)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return _HttpProblem(error.status_code, headers)


def _allowed_methods(request: Request) -> list[str]:
    """Return every method that some route answers on this path; Starlette names those of the first route only."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= set(route.methods or ())
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


async def unexpected(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that ended in an error nobody foresaw (an ASGI application)."""
    response = problem_response(Request(scope), InternalError("The request could not be completed."))
    await response(scope, receive, send)


def _database_error(error: Exception, constraints: Mapping[str, DomainError]) -> DomainError:
    origin = getattr(error, "orig", None)
    if isinstance(error, IntegrityError):
        name = getattr(getattr(origin, "diag", None), "constraint_name", None)
        known = constraints.get(name or "")
        if known is None:
            _log.warning("integrity_error", constraint=name)
        return known or Conflict("This conflicts with what is stored.")
    if isinstance(error, DataError):
        _log.warning("data_error", sqlstate=getattr(origin, "sqlstate", None))
        detail = "The input has a character or a value that cannot be stored."
        return Unprocessable(detail, errors=[FieldProblem(WHOLE_BODY, detail, "not_storable")])
    if isinstance(error, OperationalError | PoolTimeoutError):
        _log.warning("database_unavailable", error=type(error).__name__)
        return Unavailable("The database does not answer at the moment.", headers={"Retry-After": "2"})
    _log.error("database_error", exc_info=error)
    return InternalError("The request could not be completed.")
