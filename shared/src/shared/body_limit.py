"""The largest body a service takes; a larger one gets a problem document, as every other error does."""

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import PayloadTooLarge
from shared.problems import problem_response


class BodyLimit:
    """ASGI middleware. (The framework's own limit answers in plain text, outside of all handlers.)"""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that is announced as too large before it is sent, and any other once it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > self._limit:
            problem = PayloadTooLarge(f"The body is larger than {self._limit} bytes.")
            await problem_response(Request(scope), problem)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise HTTPException(PayloadTooLarge.status)  # the only kind that the reading of bodies lets pass
            return message

        await self._app(scope, counted, send)
