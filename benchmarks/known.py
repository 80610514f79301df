"""The one client and the one person that every provider of a benchmark knows."""

from __future__ import annotations

import base64
import hashlib

CLIENT_ID = "bench"
MACHINE_ID = "bench-machine"
"""The client of client credentials at a provider whose clients have one grant each."""
CLIENT_SECRET = "a secret of the benchmark and of nobody else"  # noqa: S105
CALLBACK = "https://bench.example/callback"
USERNAME, PASSWORD = "zp", "a password of the benchmark"
VERIFIER = "a-verifier-of-the-benchmark-that-is-long-enough-to-be-one"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def basic_of(client_id: str) -> str:
    """What stands behind ``Basic`` (RFC 6749, section 2.3.1: encoded as in a form)."""
    return base64.b64encode(f"{client_id}:{CLIENT_SECRET.replace(' ', '+')}".encode()).decode()
