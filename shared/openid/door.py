"""The door for people of a provider: open where the settings name one, and then everything it needs has to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from shared.openid.id_tokens import ClaimNames
from shared.openid.visits import Visits
from shared.sessions import Sessions
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.openid.provider import Provider

SECRET_FILE: Final = "openid-client.secret"  # noqa: S105 - the name of the file
RETURN: Final = "/session/provider/return"
ENDED: Final = "/session/provider/ended"


class DoorIncomplete(ValueError):
    """A provider is named, and something that signing in with it needs is missing."""


class ProviderDoor(NamedTuple):
    """What signing in with a provider needs. `address` is that of this service's pages, without a slash at its end."""

    provider: Provider
    visits: Visits
    sessions: Sessions
    claims: ClaimNames
    address: str
    name_zh: str
    name_en: str

    @property
    def redirect(self) -> str:
        """Where the provider leads back to: the setting's word counts, never that of a request."""
        return self.address + RETURN

    @property
    def ended(self) -> str:
        """Where the provider leads back to when its own session has been ended, or was not."""
        return self.address + ENDED


def open_door(settings: ServiceSettings, sessions: Sessions, *, service: str) -> ProviderDoor | None:
    """The door of `service`; None where no provider is named. Raises DoorIncomplete, NotConfidential."""
    if not settings.openid_issuer:
        return None
    # Imported on demand: most services of a machine call nobody, and need no client of HTTP.
    from shared.openid.provider import Provider

    file, address = settings.keys_directory / SECRET_FILE, settings.page_addresses.get(service)
    if not settings.openid_client_id:
        raise DoorIncomplete("SKILLS_OPENID_ISSUER needs SKILLS_OPENID_CLIENT_ID")
    if address is None:
        raise DoorIncomplete(f"SKILLS_OPENID_ISSUER needs the address of {service} in SKILLS_PAGE_ADDRESSES")
    if not sessions.are_possible:
        raise DoorIncomplete("SKILLS_OPENID_ISSUER needs session-key.secret")
    if not file.exists():
        raise DoorIncomplete(f"SKILLS_OPENID_ISSUER needs {SECRET_FILE} beside the keys")
    more = {"scope": settings.openid_scope} | ({"prompt": settings.openid_prompt} if settings.openid_prompt else {})
    return ProviderDoor(
        provider=Provider(
            settings.openid_issuer,
            settings.openid_client_id,
            file.read_text(encoding="utf-8").strip(),
            more=more,
        ),
        visits=Visits(sessions.key_for("visits to a provider"), is_secure=settings.session_secure),
        sessions=sessions,
        claims=ClaimNames(settings.openid_role_claim, settings.openid_org_claim, settings.openid_region_claim),
        address=address.rstrip("/"),
        name_zh=settings.openid_name_zh,
        name_en=settings.openid_name_en,
    )
