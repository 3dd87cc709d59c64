"""Who asks, in which transaction, and when: what every action of offers and episodes needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.principal import Principal
from shared.auth.tenancy import bind_claims, bind_system_claims


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its transaction runs under the client's claims unless told otherwise."""

    request: Request
    session: AsyncSession
    principal: Principal
    now: datetime

    async def act_for_all(self) -> None:
        """Let the rest of the transaction see all rows.

        A party's answer moves rows that the party itself may not see (the leader's account, the need). What it may act
        on has been found under its own claims before.
        """
        await bind_system_claims(self.session)

    async def act_for_client(self) -> None:
        """Put the client's own claims back, to read the answer under them."""
        await bind_claims(self.session, self.principal)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who entered something, and when."""

    by: str
    at: datetime
