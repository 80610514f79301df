"""One tab of a browser."""

from __future__ import annotations

from sso_testkit.browser.steps import Steps


class Tab(Steps):
    """One tab: what it shows, where it has been, and what a person does in it.

    ``hops`` are the requests that have led to the page shown, as ``GET https://shop.example/``; ``frames`` is what its
    frames show. Each step answers the page that it leads to; one that cannot be taken raises :class:`NotSeen`.
    """
