"""E-mail: through GOV.UK Notify's interface over HTTP, or into a file. The only file that knows Notify's paths.

A key of Notify is its name, the service's id and a secret, each id a UUID, with hyphens between; a request carries a
token signed with the secret (HS256) that names the service. One template with `subject` and `message` is all it needs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import OctKey

from brokering.settings import Settings

SEND = "/v2/notifications/email"
UUID_LENGTH = 36
SECONDS = httpx.Timeout(connect=3.0, read=15.0, write=15.0, pool=5.0)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message; `reference` is the notification's id, the same however often it is sent."""

    reference: str
    address: str
    title: str
    text: str


class MailFailed(Exception):
    """The message was not taken; `again` tells whether it may be later."""

    def __init__(self, problem: str, *, again: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.again = again


class Mailer(Protocol):
    """Takes messages."""

    async def send(self, mail: Mail) -> str:
        """Hand a message over and return the carrier's reference; raises MailFailed."""


class NotifyMailer:
    """GOV.UK Notify, or whatever speaks its interface."""

    def __init__(self, base_url: str, api_key: str, template_id: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=SECONDS)
        self._secret = OctKey.import_key(api_key[-UUID_LENGTH:])
        self._service = api_key[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1]
        self._template = template_id

    async def send(self, mail: Mail) -> str:
        """Send by Notify: 201 is success; 429, 5xx and silence are tried again later, anything else is not."""
        body = {
            "email_address": mail.address,
            "template_id": self._template,
            "personalisation": {"subject": mail.title, "message": mail.text},
            "reference": mail.reference,
        }
        try:
            answer = await self._http.post(SEND, json=body, headers={"Authorization": f"Bearer {self._token()}"})
        except httpx.TransportError as error:
            raise MailFailed("the mail service does not answer", again=True) from error
        if answer.status_code == httpx.codes.CREATED:
            return str(answer.json()["id"])
        refused_for_now = answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error
        raise MailFailed(f"the mail service answered {answer.status_code}", again=refused_for_now)

    def _token(self) -> str:
        return jwt.encode({"typ": "JWT", "alg": "HS256"}, {"iss": self._service, "iat": int(time.time())}, self._secret)


class FileMailer:
    """Adds each message to a file as one line of JSON: for development, and where no mail is to leave."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, mail: Mail) -> str:
        """Append the message."""
        fields = {"reference": mail.reference, "to": mail.address, "subject": mail.title, "message": mail.text}
        try:
            await asyncio.to_thread(self._append, orjson.dumps(fields) + b"\n")
        except OSError as error:
            raise MailFailed("the mail file cannot be written", again=True) from error
        return mail.reference

    def _append(self, line: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(line)


def mailer(settings: Settings) -> Mailer:
    """Return Notify where its address, key and template are set, the file otherwise."""
    if settings.notify_url and settings.notify_api_key and settings.notify_template_id:
        return NotifyMailer(
            settings.notify_url, settings.notify_api_key.get_secret_value(), settings.notify_template_id
        )
    return FileMailer(Path(settings.mail_file))
