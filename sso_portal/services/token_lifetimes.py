"""How long codes and tokens live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TokenLifetimes:
    """Lifetimes in seconds."""

    code: int
    access: int
    refresh: int
    id_token: int
    refresh_grace: int = 0
    jwt_access: int = 300
