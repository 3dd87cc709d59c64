"""Roles of the development issuer: data in `roles.yaml`, turned into claims of access tokens (RFC 9068)."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from improve.errors import UsageError

Claims = dict[str, str | int | list[str]]


@dataclass(frozen=True)
class Registry:
    """The content of `roles.yaml`."""

    document: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """The `iss` of every token, the same in each run."""
        return str(self.document["issuer"])

    @property
    def audience(self) -> str:
        """The `aud` of every token."""
        return str(self.document["audience"])

    @property
    def names(self) -> list[str]:
        """All roles a person can ask a token for."""
        return list(self.document["roles"])

    def claims(self, role: str, org: str | None = None, regions: Sequence[str] = ()) -> Claims:
        """Claims of a token for `role`; raises UsageError where the organisation or a region is missing or wrong."""
        if role not in self.document["roles"]:
            raise UsageError(f"unknown role {role!r}; one of: {', '.join(self.names)}")
        entry = self.document["roles"][role]
        is_client = entry["bearer"] == "client"
        client_id = f"{role}-development" if is_client else "portal-development"
        return self._claims(
            subject=client_id if is_client else f"user:{role}:{uuid.uuid4().hex[:12]}",
            client_id=client_id,
            role=role,
            org=_organisation(role, entry, org),
            regions=self._regions(role, entry["regions"], regions),
            scopes=entry["scopes"],
        )

    def service_claims(self, client_id: str) -> Claims:
        """Claims of a service's own token, for its calls to other services."""
        entry = self.document["service_clients"]
        return self._claims(
            subject=client_id,
            client_id=client_id,
            role=entry["role"],
            org=entry["org"],
            regions=[],
            scopes=entry["scopes"],
        )

    def registered_claims(self, client_id: str) -> Claims:
        """Claims of a registered client's token: an organisation of its own, which by itself shows it nothing."""
        entry = self.document["registered_clients"]
        return self._claims(
            subject=client_id,
            client_id=client_id,
            role=entry["role"],
            org=f"{entry['org_kind']}:{client_id}",
            regions=[],
            scopes=entry["scopes"],
        )

    def _claims(
        self, *, subject: str, client_id: str, role: str, org: str, regions: list[str], scopes: Sequence[str]
    ) -> Claims:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "client_id": client_id,
            "iat": now,
            "exp": now + int(self.document["lifetime_seconds"]),
            "jti": uuid.uuid4().hex,
            "scope": " ".join(self._expanded(scopes)),
            "role": role,
            "org": org,
            "regions": regions,
        }

    def _expanded(self, scopes: Sequence[str]) -> list[str]:
        sets = self.document["scope_sets"]
        return [scope for name in scopes for scope in sets.get(name, [name])]

    def _regions(self, role: str, rule: str, asked: Sequence[str]) -> list[str]:
        known: list[str] = self.document["regions"]
        if unknown := [region for region in asked if region not in known]:
            raise UsageError(f"unknown region {unknown[0]!r}; the regions are: {', '.join(known)}")
        if asked and rule == "none":
            raise UsageError(f"the role {role} is not given by region: leave REGIONS out")
        return list(asked) or (known if rule == "all" else [])


def _organisation(role: str, entry: Mapping[str, Any], asked: str | None) -> str:
    kind = entry.get("org_kind")
    if kind is None:
        if asked not in (None, entry["org"]):
            raise UsageError(f"the role {role} belongs to {entry['org']!r}: leave ORG out")
        return str(entry["org"])
    org = asked or entry.get("default_org")
    if org is None:
        raise UsageError(f"the role {role} needs an organisation: ORG={kind}:<id>")
    if not org.startswith(f"{kind}:") or org == f"{kind}:":
        raise UsageError(f"the role {role} takes ORG={kind}:<id>, not {org!r}")
    return str(org)


@cache
def registry() -> Registry:
    """The roles this package comes with."""
    text = resources.files("improve.local").joinpath("roles.yaml").read_text(encoding="utf-8")
    return Registry(yaml.safe_load(text))
