"""The kit's scriptable relying party, under the name that the tests know."""

from __future__ import annotations

from sso_testkit.relying_party import CHALLENGE, VERIFIER, RelyingParty
from sso_testkit.relying_party import RedirectPage as Site

__all__ = ["CHALLENGE", "RelyingParty", "Site", "VERIFIER"]
