"""Sanctions on institutions: who imposes them, and what follows for classes, listings and related institutions."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.flags import stopped_during
from services.registry.classes.store import classes as class_store
from services.registry.directory.rules import sanctions as rules
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.directory.usecases import blacklist
from services.registry.directory.usecases import listings as listing_usecases
from services.registry.directory.usecases.institutions import load_for_officer
from services.registry.flags import usecases as flag_usecases
from shared.contracts.dimensions import SanctionStep
from shared.contracts.registry.directory import SanctionState
from shared.kernel.callers import Caller
from shared.kernel.periods import Period
from shared.sanctions.rules import DELISTING, STOPPING
from shared.sanctions.usecases import Sanctions


class InstitutionSanctions(Sanctions[Sanction, Institution]):
    """A stop or a higher step flags the classes in its period (C25).

    Delisting and blacklisting also end the listings in its period, from its first day; listings that begin after it
    stay. Blacklisting also flags institutions with the same owner, site or account.
    """

    async def load_owner(
        self, connection: AsyncConnection, owner_id: UUID, *, step: SanctionStep, caller: Caller
    ) -> Institution:
        """For officers of the institution's region or above; from delisting up, of the reporting region or above."""
        return await load_for_officer(connection, owner_id, caller=caller, city=step in DELISTING)

    def tell(self, sanction: Sanction, owner: Institution, *, at: datetime) -> SanctionState:
        return rules.tell(sanction, owner, at=at)

    async def apply(self, connection: AsyncConnection, owner: Institution, sanction: Sanction, *, at: datetime) -> None:
        period = Period(sanction.first_on, sanction.last_on)
        if sanction.step in STOPPING:
            classes = await class_store.meeting(connection, owner.id, period)
            seen = [each for class_ in classes for each in stopped_during(class_, [sanction])]
            await flag_usecases.raise_all(connection, seen, at=at)
        if sanction.step in DELISTING:
            listings = await listing_store.since(connection, owner.id, sanction.first_on)
            met = [each for each in listings if each.meets(period)]
            by, reason = sanction.opened_by, sanction.reason
            await listing_usecases.close_all(
                connection, owner, met, from_on=sanction.first_on, by=by, reason=reason, at=at
            )
        if sanction.step is SanctionStep.BLACKLIST:
            await blacklist.enter(connection, owner, at=at)


INSTITUTION_SANCTIONS: Final = InstitutionSanctions(SANCTIONS)
