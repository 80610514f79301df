"""A device asks while no user code is free."""

from __future__ import annotations

import pytest

from sso_portal.services import device_codes
from sso_testkit import SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.refusals import error_of


def test_when_no_user_code_is_free_the_device_is_told_to_come_later(
    sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    tv = Device(sso)
    tv.ask()
    taken = tv.codes["user_code"].replace("-", "")
    monkeypatch.setattr(device_codes, "draw_user_code", lambda: taken)
    assert error_of(tv.ask(), 503) == "temporarily_unavailable"
