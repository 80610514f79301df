"""A device without a keyboard: it asks, shows its code, and polls (RFC 8628).

tv = Device(sso)
tv.ask()
browser.enter_device_code(tv.codes["user_code"])
tokens = tv.poll().json
"""

from __future__ import annotations

from typing import Any

import webtest

from sso_testkit.clients.names import DEVICE_AUTHORIZATION_ENDPOINT, DEVICE_CODE, TOKEN_ENDPOINT, USERINFO_ENDPOINT
from sso_testkit.relying_party.surroundings import Surroundings


class Device:
    """A television. ``codes`` is what it was told last and shows: ``user_code``, ``verification_uri``, …"""

    def __init__(self, sso: Surroundings, client_id: str = "tv", **metadata: Any) -> None:
        """Register it as a client without a secret and without any redirect URI, unless ``metadata`` says otherwise."""
        metadata.setdefault("client_name", f"Device {client_id}")
        metadata.setdefault("grant_types", [DEVICE_CODE, "refresh_token"])
        metadata.setdefault("response_types", [])
        metadata.setdefault("token_endpoint_auth_method", "none")
        self.client_id = client_id
        self.secret = sso.add_client(client_id, **metadata)
        self.http = webtest.TestApp(sso.world)
        self.codes: dict[str, Any] = {}

    def ask(self, **fields: str | None) -> webtest.TestResponse:
        """Ask for codes (RFC 8628, section 3.1)."""
        answer = self._post(DEVICE_AUTHORIZATION_ENDPOINT, fields)
        self.codes = answer.json if answer.status_int == 200 else {}
        return answer

    def poll(self, **fields: str | None) -> webtest.TestResponse:
        """Ask for tokens, once (RFC 8628, section 3.4)."""
        asked = {"grant_type": DEVICE_CODE, "device_code": self.codes.get("device_code"), **fields}
        return self._post(TOKEN_ENDPOINT, asked)

    def userinfo(self, access_token: str) -> webtest.TestResponse:
        """Ask who an access token stands for."""
        return self.http.get(USERINFO_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"}, status="*")

    def _post(self, address: str, fields: dict[str, str | None]) -> webtest.TestResponse:
        form = {"client_id": self.client_id, "client_secret": self.secret, **fields}
        kept = {name: value for name, value in form.items() if value is not None}
        return self.http.post(address, kept, status="*")
