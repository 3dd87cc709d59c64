"""The bearer of a token, as the claims tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import Unauthenticated

DEPARTMENT = frozenset({"dfe", "ofsted", "ops", "service"})


@dataclass(frozen=True, slots=True)
class Organisation:
    """The `org` claim: a kind, and an id where there are many of the kind, as in `trust:5143`."""

    kind: str
    id: str | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Organisation":
        """Read `kind` or `kind:id`."""
        kind, _, identifier = text.partition(":")
        return cls(kind, identifier or None)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. A user's token has a subject of its own; a client's token has the client's id as its subject."""

    subject: str
    client_id: str
    role: str
    org: Organisation
    regions: frozenset[str]
    scopes: frozenset[str]

    @property
    def is_user(self) -> bool:
        """Whether a person stands behind the token (RFC 9068: otherwise `sub` is the client itself)."""
        return self.subject != self.client_id

    @property
    def sees_everything(self) -> bool:
        """Whether rows of every organisation and region are visible: a department's token that names no region."""
        return self.org.kind in DEPARTMENT and not self.regions

    def may(self, scope: str) -> bool:
        """Tell whether the token carries this scope."""
        return scope in self.scopes


def principal_from(claims: Mapping[str, Any]) -> Principal:
    """Read verified claims (RFC 9068 and the platform's `org`, `role`, `regions`)."""
    try:
        regions = claims.get("regions") or []
        return Principal(
            subject=str(claims["sub"]),
            client_id=str(claims["client_id"]),
            role=str(claims.get("role", "")),
            org=Organisation.parse(str(claims["org"])),
            regions=frozenset(str(region) for region in regions),
            scopes=frozenset(str(claims.get("scope", "")).split()),
        )
    except (KeyError, TypeError) as error:
        raise Unauthenticated("The access token lacks a claim that this service needs.") from error
