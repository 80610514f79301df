"""The names of client metadata that hostile tests go through are all that there are."""

from __future__ import annotations

from sso_portal.services.client_metadata import FIELDS
from tests.support.client_fields import CLIENT_FIELDS


def test_no_field_is_left_out_by_hostile_tests() -> None:
    assert tuple(FIELDS) == CLIENT_FIELDS
