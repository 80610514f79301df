"""What went over the wires of one world, under the kit's own name."""

from __future__ import annotations

from sso_flow.journal import KEPT_BYTES, PERSON, Hop, Journal

__all__ = ["Hop", "Journal", "KEPT_BYTES", "PERSON"]
