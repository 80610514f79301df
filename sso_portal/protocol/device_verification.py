"""What a person may do with the code that a device shows (RFC 8628, section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.protocol.call import Call
from sso_portal.services.client_metadata import DEVICE_CODE
from sso_portal.services.clients import Client
from sso_portal.services.device_codes import DeviceCode, Slowed
from sso_portal.services.scopes import is_declinable
from sso_portal.services.sessions import Session


@dataclass(frozen=True)
class Asking:
    """A device waits for her answer; ``proof_needed`` when she has to confirm first that it is her."""

    record: DeviceCode
    client: Client
    proof_needed: bool

    @property
    def scopes(self) -> list[str]:
        """What the device asks for."""
        return self.record.scope.split()


@dataclass(frozen=True)
class Answered:
    """She has answered; ``allowed`` is what counts, whatever was pressed last."""

    client: Client
    allowed: bool


Verification = Asking | Answered | Slowed | None
"""``None``: no device waits with this code. Unknown, expired and answered by somebody else are not told apart."""


def look_up(call: Call, session: Session, typed: str) -> Verification:
    """The device whose code a signed-in person typed. Nobody is let in without being asked, not even where the client's
    consent policy is ``silent``: the code may have been sent to her by somebody else (section 5.4)."""
    record = call.services.device_codes.find_typed(typed, session.user_id, call.address)
    if record is None or isinstance(record, Slowed):
        return record
    client = call.services.clients.find(record.client_id)
    if client is None or DEVICE_CODE not in client.metadata["grant_types"]:
        return None
    if record.decision is not None:
        return Answered(client, record.decision == "allowed")
    return Asking(record, client, _needs_proof(call, client, session, record))


def decide(call: Call, session: Session, asking: Asking, *, allowed: bool, ticked: Sequence[str]) -> bool:
    """Write down her answer; ``False`` when another tab was first or the time has run out."""
    if not allowed:
        return call.services.device_codes.deny(asking.record, session)
    granted = [scope for scope in asking.scopes if scope in ticked or not is_declinable(scope)]
    return call.services.sessions.join(session, asking.client.client_id, granted) and call.services.device_codes.allow(
        asking.record, session, granted
    )


def _needs_proof(call: Call, client: Client, session: Session, record: DeviceCode) -> bool:
    """Whether her sign-in is too old for this client; one that is newer than the device's wish never is."""
    if session.auth_time >= record.issued_at:
        return False
    oldest = client.metadata["default_max_age"]
    too_old = oldest is not None and call.clock.now() - session.auth_time > oldest
    return bool(client.metadata["always_authenticate"] or too_old)
