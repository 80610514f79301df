"""What a browser has loaded: WebTest's response, whose document is parsed once however often it is looked at."""

from __future__ import annotations

from typing import Any

import webtest
from bs4 import BeautifulSoup
from webtest.response import TestResponse


class Page(TestResponse):
    """A response; all of WebTest's own ways with it work."""

    _document: tuple[bytes, BeautifulSoup] | None = None

    @property
    def html(self) -> Any:
        """The document as WebTest gives it. Raises :class:`AttributeError` for what is no HTML."""
        if self._document is None or self._document[0] != self.body:
            self._document = (self.body, super().html)
        return self._document[1]


class _Request(webtest.TestRequest):
    ResponseClass = Page


class Wire(webtest.TestApp):
    """WebTest's client, which answers with pages."""

    RequestClass = _Request
