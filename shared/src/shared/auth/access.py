"""Access is declared as a typed parameter of the handler: `principal: Annotated[Principal, Requires("cards:read")]`."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from shared.auth.authenticator import CHALLENGE, principal_of
from shared.auth.principal import Principal
from shared.errors import Forbidden, Unauthenticated


@dataclass(frozen=True)
class Access:
    """What a route asks of its caller: a scope, perhaps a person; or nothing at all where `scope` is None."""

    scope: str | None
    user: bool = False

    async def __call__(self, request: Request) -> Principal | None:
        """Let the caller through, or say what is missing."""
        principal = await principal_of(request)
        if self.scope is None:
            return principal
        if principal is None:
            raise Unauthenticated("This needs an access token.", headers=CHALLENGE)
        if not principal.may(self.scope):
            raise Forbidden(
                f"The token does not carry the scope {self.scope}.",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'},
            )
        if self.user and not principal.is_user:
            raise Forbidden("This takes a person: send a user's token, not a client's.")
        return principal


def Requires(scope: str, *, user: bool = False) -> Any:  # noqa: N802 - stands where a type annotation does
    """Declare that a route needs `scope`, and with `user` a person's token."""
    return Depends(Access(scope, user))


def Public() -> Any:  # noqa: N802 - stands where a type annotation does
    """Declare that a route is open to everyone; a token that is sent must hold all the same."""
    return Depends(Access(None))


def access_of(dependant: Dependant | None) -> Access | None:
    """Return the access that a route declares, None where it declares none or several."""
    found = [each.call for each in dependant.dependencies if isinstance(each.call, Access)] if dependant else []
    return found[0] if len(found) == 1 else None
