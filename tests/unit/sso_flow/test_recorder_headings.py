"""A page is told by its heading."""

from __future__ import annotations

import pytest

from sso_flow.headings import heading_in, heading_of
from tests.support.hops import JSON, SITE, asked, journal_of


@pytest.mark.parametrize(
    ("source", "heading"),
    [("<title>T</title>", "T"), ("<H1>a</H1><h1>b</h1>", "a"), ("", ""), ("<h1><br></h1>", ""), ("<h1x>a</h1x>", "")],
)
def test_a_page_is_known_by_its_heading(source: str, heading: str) -> None:
    assert heading_in(source) == heading


def test_tags_and_signs_in_it_are_read_as_a_browser_reads_them() -> None:
    assert heading_in("<h1 class=x>Sign <b>in</b>&amp;on\n</h1>") == "Sign in &on"


def test_what_is_no_page_has_none() -> None:
    page = asked(f"{SITE}/", body=b"<h1>A</h1>")
    hops = journal_of(page, page | {"response_headers": [JSON]}).hops
    assert [heading_of(hop) for hop in hops] == ["A", ""]
