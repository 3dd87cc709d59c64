"""Errors with one meaning each. Whoever raises one chooses the status by choosing the class."""

from dataclasses import dataclass
from typing import ClassVar, Final

WHOLE_BODY: Final = ""
"""The JSON pointer to a body as a whole (RFC 6901)."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one part of the input: `pointer` is a JSON pointer into the body or a parameter's name."""

    pointer: str
    detail: str
    code: str = "invalid"


class DomainError(Exception):
    """The base of all errors that a client may see. `detail` must be safe to show."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: tuple[FieldProblem, ...] | list[FieldProblem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}


class Unauthenticated(DomainError):
    """No token, or one that does not hold."""

    status = 401
    slug = "unauthenticated"
    title = "A valid access token is needed"


class Forbidden(DomainError):
    """The token holds but does not carry the verb."""

    status = 403
    slug = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    """There is no such thing, or none that this client may know of."""

    status = 404
    slug = "not-found"
    title = "Not found"


class NotAcceptable(DomainError):
    """The client takes none of the media types that this route answers with."""

    status = 406
    slug = "not-acceptable"
    title = "This is not served in a form that the client takes"


class Conflict(DomainError):
    """The present state does not allow the step; `detail` says what blocks it."""

    status = 409
    slug = "conflict"
    title = "The present state does not allow this"


class PreconditionFailed(DomainError):
    """`If-Match` names a version that is no longer the current one."""

    status = 412
    slug = "precondition-failed"
    title = "The resource has changed since it was read"


class PayloadTooLarge(DomainError):
    """The body is larger than the service takes."""

    status = 413
    slug = "payload-too-large"
    title = "The request body is too large"


class UnsupportedMediaType(DomainError):
    """The body is of a kind this route does not read."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body is of a kind this route does not read"


class Unprocessable(DomainError):
    """The input is understood and wrong; `errors` say where."""

    status = 422
    slug = "unprocessable"
    title = "The input is not valid"


class PreconditionRequired(DomainError):
    """A change to something that exists came without `If-Match`."""

    status = 428
    slug = "precondition-required"
    title = "If-Match is required"


class TooManyRequests(DomainError):
    """The client asks faster than it may."""

    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Unavailable(DomainError):
    """Something the service needs is not there at the moment."""

    status = 503
    slug = "unavailable"
    title = "Not available at the moment"


def invalid(pointer: str, detail: str, code: str = "invalid") -> Unprocessable:
    """Return the error for one wrong field."""
    return Unprocessable(detail, errors=[FieldProblem(pointer, detail, code)])
