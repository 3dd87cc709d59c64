"""Reads the messages of the package: who is told of what, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Message:
    """One message, with the parties it goes to."""

    parties: tuple[str, ...]
    title: str
    text: str


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files(__package__) / "messages.yaml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def messages() -> Mapping[str, Message]:
    """Return every message by its kind: `offer_accepted`, `claim_submitted` …"""
    return {
        kind: Message(tuple(each["parties"]), each["title"], each["text"])
        for kind, each in _document()["messages"].items()
    }


def roles_of(org_kind: str) -> list[str]:
    """Return whose address is written to in an organisation of this kind, the first known one."""
    roles: list[str] = _document()["roles"].get(org_kind, [])
    return roles


def filled_in(kind: str, about: Mapping[str, Any]) -> tuple[str, str]:
    """Return the title and text of a message about something, in words fit for a reader without the system."""
    message = messages()[kind]
    known = {"subject": about.get("subject") or "the school", "days": about.get("days", "")}
    return message.title.format(**known), message.text.format(**known)
