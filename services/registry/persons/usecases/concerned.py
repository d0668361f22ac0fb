"""Whom a request to the registry concerns: trainees and teachers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.persons.rules.proposals import ProposalKind
from services.registry.persons.store import concerned as store
from services.registry.persons.store import proposals
from services.registry.persons.usecases import rekeying
from shared.concerned import Concerned
from shared.persons import Persons


async def _proposed_name(connection: AsyncConnection, persons: Persons, proposal_id: UUID) -> list[str]:
    """The name that a proposal gives to a person. Raises NotFound."""
    proposal = await proposals.load(connection, proposal_id)
    match proposal.kind:
        case ProposalKind.PARTICULARS if proposal.sealed is not None:
            return [orjson.loads(persons.unseal(proposal.sealed, owner=proposal.id))[0]]
        case ProposalKind.REKEY:
            return [rekeying.proposed(persons, proposal).name]
    return []


CONCERNED: Final = Concerned(
    of_path=store.OF_PATH,
    of_documents=store.OF_DOCUMENTS,
    of_trainees=store.OF_TRAINEES,
    named_by={"proposal_id": _proposed_name},
)
