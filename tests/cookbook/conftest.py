"""The cookbook's own world: its site, and a browser in which nobody is signed in."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from tests.support.cookbook import cookbook

site = cookbook().site


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    """A browser that has never been anywhere."""
    return sso.browser()
