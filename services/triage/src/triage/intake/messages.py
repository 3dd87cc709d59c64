"""This service's own reading of a facts document: what it needs, checked; all else is let through unread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

SCHOOL_CHANGED = "inspection.school.changed"

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Area(_Message):
    """The grade of one area: 1 to 4, a code of the report card, or none."""

    area: Code
    grade: int | Code | None


class Outcome(_Message):
    """The outcome of an ungraded inspection in words."""

    label: str


class Evidence(_Message):
    """One inspection in evidence."""

    id: str
    number: str | None
    framework: Code
    kind: Literal["graded", "ungraded", "monitoring"]
    starts_on: date
    published_on: date | None
    relates_to_current_urn: bool
    relates_assumed: bool = False
    overall: int | None
    category_of_concern: Code | None
    safeguarding: Code | None
    areas: tuple[Area, ...]
    outcome: Outcome | None = None

    def kept(self) -> dict[str, Any]:
        """The inspection as the rules read it."""
        return {
            "id": self.id,
            "number": self.number,
            "framework": self.framework,
            "kind": self.kind,
            "starts_on": self.starts_on.isoformat(),
            "published_on": self.published_on.isoformat() if self.published_on else None,
            "relates_to_current_urn": self.relates_to_current_urn,
            "relates_assumed": self.relates_assumed,
            "overall": self.overall,
            "category_of_concern": self.category_of_concern,
            "safeguarding": self.safeguarding,
            "grades": {each.area: each.grade for each in self.areas},
            "outcome": self.outcome.label if self.outcome else None,
        }


class Authority(_Message):
    """The local authority by its code."""

    code: str | None


class Body(_Message):
    """The responsible body; `id` is null where the source names none, `counted_as` where its kind is not known."""

    kind: str
    id: str | None
    counted_as: Code | None = None


class Membership(_Message):
    """A time in a trust, `joined_on <= day < left_on`."""

    trust_uid: str
    joined_on: date
    joined_assumed: bool
    left_on: date | None


class Trust(_Message):
    """The trust by its UID."""

    uid: str


class Origin(_Message):
    """Where the document came from."""

    name: str
    as_at: date | None = None
    loaded_at: datetime | None = None


class FactsMessage(_Message):
    """A facts document."""

    urn: int
    facts_version: Code
    name: str
    region: str | None
    local_authority: Authority | None
    responsible_body: Body | None
    trust: Trust | None
    memberships: tuple[Membership, ...] | None = None
    open_date: date | None = None
    inspections: tuple[Evidence, ...]
    source: Origin


@dataclass(frozen=True, slots=True)
class KeptSchool:
    """A school as the copy holds it."""

    message: FactsMessage
    profile: Mapping[str, Any]

    @property
    def body_org(self) -> str | None:
        """The responsible body as an organisation of a token."""
        body = self.message.responsible_body
        if body is None or body.id is None:
            return None
        prefix = _ORGANISATIONS.get(body.kind)
        return None if prefix is None else f"{prefix}:{body.id}"

    def row(self) -> dict[str, Any]:
        """The columns of the copy."""
        message = self.message
        return {
            "urn": message.urn,
            "name": message.name,
            "region": message.region,
            "la_code": message.local_authority.code if message.local_authority else None,
            "trust_uid": message.trust.uid if message.trust else None,
            "body_org": self.body_org,
            "facts": {"inspections": [each.kept() for each in message.inspections]},
            "profile": self.profile,
            "facts_version": message.facts_version,
            "source_name": message.source.name,
            "source_as_at": message.source.as_at,
            "source_loaded_at": message.source.loaded_at,
        }


_ORGANISATIONS: Mapping[str, str] = {"trust": "trust", "local_authority": "la"}
_READER = TypeAdapter(FactsMessage)


def read_document(document: Mapping[str, Any]) -> KeptSchool:
    """Check a facts document and split it into what rules read and what is only shown.

    Raises:
        pydantic.ValidationError: it lacks something that a judgement needs.
    """
    profile = {name: value for name, value in document.items() if name not in {"inspections", "source"}}
    return KeptSchool(_READER.validate_python(document), profile)
