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

    @property
    def family(self) -> int:
        """For so long something of a family may live that gets its tokens now."""
        return max(self.access, self.refresh)

    @property
    def beyond(self) -> int:
        """So much longer it is kept when it is prolonged, so that this need not be done at each refresh: a day, when
        its tokens live for thirty."""
        return self.family // 30
