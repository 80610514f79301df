"""One tab of a browser."""

from __future__ import annotations

from sso_testkit.browser.steps import Steps


class Tab(Steps):
    """One tab: what it shows, where it has been, and what a person does in it."""
