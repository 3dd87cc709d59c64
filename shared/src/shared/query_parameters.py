"""A query parameter that a route does not know is an error: a filter with a typing error must not list everything."""

from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a request whose query names a parameter that its route does not declare (a FastAPI dependency)."""
    if not request.scope["query_string"]:
        return
    known = _declared(request.scope["route"].dependant)
    problems = [
        {"loc": ("query", name), "msg": _told(name, known), "type": "unknown_parameter"}
        for name in dict.fromkeys(request.query_params)
        if name not in known
    ]
    if problems:
        raise RequestValidationError(problems)


def _declared(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_declared, dependant.dependencies))


def _told(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    if close:
        return f"There is no such parameter; {close[0]} is one."
    if not known:
        return "This route takes no query parameters."
    return f"There is no such parameter; there are {', '.join(sorted(known))}."
