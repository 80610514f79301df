"""What a page may demand of a sign-in beyond its being there: how fresh it is, and how it was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_client.errors import DemandUnmet, SettingsProblem
from sso_client.hashing import hashed
from sso_client.json_answer import text_member
from sso_client.signed_token import LEEWAY_SECONDS

MOST_SECONDS = 10 * 366 * 86400
LONGEST_ACR_VALUES = 300
_ACR_VALUES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


@dataclass(frozen=True, slots=True)
class Demand:
    """The view option `sign_in=Demand(…)`; a form and the page it stands on best have the same one.

    max_age: seconds that may have passed since the person last proved who she is; 0 asks for a proof for this very
    visit; None for any.   acr_values: ways of signing in, separated by spaces, of which one is needed; "" for any.
    (OpenID Connect Core section 3.1.2.1.) Raises SettingsProblem when that cannot be asked for.
    """

    max_age: int | None = None
    acr_values: str = ""

    def __post_init__(self) -> None:
        """Check both."""
        age: object = self.max_age
        if age is not None and (isinstance(age, bool) or not isinstance(age, int) or not 0 <= age <= MOST_SECONDS):
            raise SettingsProblem(f"Demand: max_age must be whole seconds from 0 on, not {age!r}")
        values: object = self.acr_values
        if not isinstance(values, str) or (values and not _ACR_VALUES.fullmatch(values)):
            raise SettingsProblem(f"Demand: acr_values must be names separated by single spaces, not {values!r}")
        if len(values) > LONGEST_ACR_VALUES:
            raise SettingsProblem("Demand: acr_values are too long for the address of a redirect")
        if age is None and not values:
            raise SettingsProblem("Demand: it demands nothing; sign_in=True asks for any sign-in")

    def parameters(self) -> dict[str, str]:
        """Return the parameters of the authorization request that ask for this."""
        asked = {} if self.max_age is None else {"max_age": str(self.max_age)}
        return {**asked, "acr_values": self.acr_values} if self.acr_values else asked

    def accepts(self, acr: str) -> bool:
        """Say whether a sign-in made the way `acr` will do."""
        return not self.acr_values or acr in self.acr_values.split(" ")

    def at(self, page: str) -> str:
        """Return a short name for this demand of the page with the path `page`."""
        return hashed(f"{page}\n{self.max_age}\n{self.acr_values}")[:22]

    def check(self, claims: Mapping[str, Any], started: int) -> None:
        """Check the id_token of an attempt that was `started` (seconds since 1970) with this demand.

        Counted from the start, because reading a page of the portal must not make a sign-in too old for the site.
        Raises DemandUnmet.
        """
        auth_time = claims.get("auth_time")
        if self.max_age is not None:
            if isinstance(auth_time, bool) or not isinstance(auth_time, int | float):
                raise DemandUnmet("the id_token does not say when the person signed in")
            if auth_time < started - self.max_age - LEEWAY_SECONDS:
                raise DemandUnmet(f"the person signed in longer ago than {self.max_age} seconds")
        if not self.accepts(text_member(claims, "acr")):
            raise DemandUnmet(f"the person did not sign in by one of these ways: {self.acr_values}")
