"""Switches for id_tokens that say something wrong, or are signed by a key that is not the portal's any more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Unpack

import requests

from sso_testkit.faults.breaks import answered, json_of
from sso_testkit.faults.fault import Fault, How
from sso_testkit.faults.signed_tokens import claims_of, header_of, is_signed, signed
from sso_testkit.faults.switchboard import Switchboard

_HOUR = 3_600


class IdTokenFaults(Switchboard):
    """What the token endpoint answers holds another id_token: good in everything but one."""

    def wrong_nonce(self, **how: Unpack[How]) -> Fault:
        """The id_token was made for another attempt (OpenID Connect Core, section 3.1.3.7, step 11)."""
        return self.changed_id_token({"nonce": "the nonce of another attempt"}, **how)

    def wrong_issuer(self, **how: Unpack[How]) -> Fault:
        """The id_token was made by another portal (step 2)."""
        return self.changed_id_token({"iss": "https://another-portal.example.test"}, **how)

    def wrong_audience(self, **how: Unpack[How]) -> Fault:
        """The id_token was made for another site (step 3)."""
        return self.changed_id_token({"aud": "another-site"}, **how)

    def expired_id_token(self, **how: Unpack[How]) -> Fault:
        """The id_token is good no more since an hour (step 9)."""
        return self.changed_id_token({"exp": self._surroundings.portal.clock.now() - _HOUR}, **how)

    def changed_id_token(self, changes: Mapping[str, Any], **how: Unpack[How]) -> Fault:
        """The id_token has these claims instead of its own, or does not have those that are ``None``; it is signed by
        the portal's own key, so that nothing else is wrong with it."""

        def resigned(id_token: str) -> str:
            header = header_of(id_token)
            claims = {name: value for name, value in {**claims_of(id_token), **changes}.items() if value is not None}
            return signed(header, claims, self._private_key(str(header["kid"])))

        return self._with_id_token(f"the id_token has a wrong {', '.join(changes)}", resigned, **how)

    def withdrawn_key(self, **how: Unpack[How]) -> Fault:
        """The key that has signed so far has leaked: the portal signs with new ones and has withdrawn it, and whoever
        has it signs the id_tokens. A site that has a young copy of the JWK Set believes it until it asks again."""
        with self._surroundings.portal.transaction() as unit:
            leaked = {name: unit.keys.signing(name) for name in {key.algorithm for key in unit.keys.verifying()}}
            unit.keys.rotate()
            for key in leaked.values():
                unit.keys.remove(key.kid)

        def resigned(id_token: str) -> str:
            key = leaked[str(header_of(id_token)["alg"])]
            return signed({**header_of(id_token), "kid": key.kid}, claims_of(id_token), key.private)

        return self._with_id_token("the id_token is signed by a key that was withdrawn", resigned, **how)

    def _with_id_token(self, name: str, resigned: Callable[[str], str], **how: Unpack[How]) -> Fault:
        fault = self._added(name, **how)

        def changed(answer: requests.Response) -> requests.Response | None:
            body = json_of(answer)
            if not is_signed(body.get("id_token")):
                fault.missing = "an answer came by, with no id_token in it that is signed and not encrypted"
                return None
            content = json.dumps({**body, "id_token": resigned(body["id_token"])}).encode()
            headers = {**answer.headers, "Content-Length": str(len(content))}
            return answered(answer.request, answer.status_code, headers, content)

        return self._changes(fault, lambda request: self._addresses.is_for(request, "token_endpoint"), changed)

    def _private_key(self, kid: str) -> Mapping[str, Any]:
        with self._surroundings.portal.transaction() as unit:
            found: Mapping[str, Any] = next(key.private for key in unit.keys.verifying() if key.kid == kid)
        return found
