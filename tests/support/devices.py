"""A device without a keyboard, scriptable: it asks, shows its code, and polls."""

from __future__ import annotations

from typing import Any

import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ENDPOINT = f"{PORTAL}/o/device_authorization/"
PAGE = f"{PORTAL}/o/device/"


class Device:
    """A television, registered as a client of its own without a secret or any redirect URI."""

    def __init__(self, sso: SingleSignOn, client_id: str = "tv", **metadata: Any) -> None:
        """Register it."""
        metadata.setdefault("client_name", f"Device {client_id}")
        metadata.setdefault("grant_types", [DEVICE_CODE, "refresh_token"])
        metadata.setdefault("response_types", [])
        metadata.setdefault("token_endpoint_auth_method", "none")
        self.client_id = client_id
        self.secret = sso.add_client(client_id, **metadata)
        self.http = webtest.TestApp(sso.world)
        self.codes: dict[str, Any] = {}

    def ask(self, **fields: str | None) -> webtest.TestResponse:
        """Ask for codes; what it is told, it shows."""
        answer = self._post(ENDPOINT, fields)
        self.codes = answer.json if answer.status_int == 200 else {}
        return answer

    def poll(self, **fields: str | None) -> webtest.TestResponse:
        """Ask for tokens, once."""
        return self._post(
            f"{PORTAL}/o/token/", {"grant_type": DEVICE_CODE, "device_code": self.codes.get("device_code"), **fields}
        )

    def _post(self, address: str, fields: dict[str, str | None]) -> webtest.TestResponse:
        form = {"client_id": self.client_id, "client_secret": self.secret, **fields}
        kept = {name: value for name, value in form.items() if value is not None}
        return self.http.post(address, kept, status="*")

    def userinfo(self, access_token: str) -> webtest.TestResponse:
        """Ask who an access token stands for."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.http.get(f"{PORTAL}/o/userinfo/", headers=headers, status="*")
