"""For how long an answer is kept, read from a form that anybody may have made."""

from __future__ import annotations

import pytest

from sso_portal.base.forms import parse_form
from sso_portal.web.oauth.keeping import kept_as


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"decision=allow", "until_removed"),
        (b"keep=", "until_removed"),
        (b"keep=until_removed", "until_removed"),
        (b"keep=days", "days"),
        (b"keep=once", "once"),
        (b"keep=days&keep=days", "once"),
        (b"keep=until_removed&keep=once", "once"),
        (b"keep=%FF", "once"),
        (b"keep=Days", "once"),
        (b"keep=" + b"x" * 5000, "once"),
    ],
)
def test_what_nobody_offered_is_kept_for_no_longer_than_need_be(body: bytes, kept: str) -> None:
    assert kept_as(parse_form(body)) == kept
