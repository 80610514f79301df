"""Other providers, installed and driven in the same run by the same client.

Owns: how each is installed, configured, started and signed in to; a folder for what each of them needs.
Never: tunes a peer for or against it; what is unlike the portal is said in its notes.
Asked by: `make bench-peers`.
"""

from __future__ import annotations

from benchmarks.peers.django_oauth_toolkit import DjangoOauthToolkit
from benchmarks.peers.oidc_provider import OidcProvider
from benchmarks.peers.peer import NotInstalled, Peer

PEERS: tuple[Peer, ...] = (
    DjangoOauthToolkit(),
    OidcProvider("ES256", on_disk=True),
    OidcProvider("ES256", on_disk=False),
    OidcProvider("RS256", on_disk=False),
)

__all__ = ["PEERS", "NotInstalled", "Peer"]
