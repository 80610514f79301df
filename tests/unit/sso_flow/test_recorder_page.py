"""The page, the drawing and the Markdown: whole, without script, in one language, and nothing hostile gets through."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from sso_flow import Recording, record
from sso_flow.words import width_of
from tests.support.hops import PORTAL, SITE, asked, called, journal_of

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script>\"'`|*_]("
REQUEST = f"{PORTAL}/o/authorize/?response_type=code&client_id=shop&state=a-state-of-many-signs&colour=red"


def flow(**more: Any) -> Recording:
    journal = journal_of(
        asked(f"{SITE}/mine", REQUEST),
        called("shop.test", f"{PORTAL}/o/jwks/", method="GET"),
        asked(REQUEST, f"{SITE}/cb?code=c&state=a-state-of-many-signs"),
        asked(f"{SITE}/cb?code=c&state=a-state-of-many-signs", status=400, body=b"<title>No</title>"),
    )
    return record(journal, **{"title": "A flow", **more})


def steps_in(page: BeautifulSoup) -> list[int]:
    return [int(str(item["value"])) for item in page.select("ol.steps > li")]


def test_every_step_is_drawn_and_told() -> None:
    recording = flow()
    numbers = [step.number for chapter in recording.chapters for step in chapter.steps]
    assert steps_in(BeautifulSoup(recording.html(), "html.parser")) == numbers
    drawn = [int(text.split()[0]) for text in re.findall(r'class="said"[^>]*>([^<]+)<', recording.svg())]
    assert drawn == numbers
    listed = [int(number) for number in re.findall(r"^(\d+)\. \*\*", recording.markdown(), re.MULTILINE)]
    assert listed == numbers
    assert recording.svg().count('marker-end="url(') == len(numbers)


def test_parameters_have_their_words_and_their_section() -> None:
    page = BeautifulSoup(flow().html(), "html.parser")
    rows = {row.th.get_text(): [cell.get_text() for cell in row.find_all("td")] for row in page.select("tbody tr")}
    assert rows["state"][0] == "a-s…(21)"
    assert rows["response_type"][2] == "RFC 6749, 3.1.1"
    assert rows["colour"] == ["red", "", "the site’s own"]
    link = page.find("a", string="RFC 6749, 3.1.1")
    assert link is not None and link["href"] == "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1"
    assert "with the parameters of step 4" in page.get_text()


def test_the_page_stands_alone_and_has_no_script() -> None:
    html = flow().html()
    page = BeautifulSoup(html, "html.parser")
    assert not page.select("script, link, img, iframe, object, [src], [onclick]")
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", html) and "@import" not in html
    assert "prefers-color-scheme:dark" in html and "@media print" in html and "max-width:47.99rem" in html
    assert len(page.select("h1")) == 1


def test_the_drawings_can_be_read_aloud() -> None:
    page = BeautifulSoup(flow().html(), "html.parser")
    drawings = page.select("svg")
    assert len(drawings) == 1
    for drawing in drawings:
        assert drawing["role"] == "img"
        named = [page.find(id=name) for name in str(drawing["aria-labelledby"]).split()]
        assert [element.name for element in named if element] == ["title", "desc"]
    identities = [str(element["id"]) for element in page.select("[id]")]
    assert len(identities) == len(set(identities))


def test_the_drawing_is_xml_and_keeps_within_its_frame() -> None:
    root = ElementTree.fromstring(flow(title="Long " * 40).svg())
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    for text in root.iter(f"{SVG}text"):
        x, y, anchor = float(text.attrib["x"]), float(text.attrib["y"]), text.attrib.get("text-anchor", "start")
        long = width_of(text.text or "", 13 if text.attrib["class"] == "said" else 11.5)
        left = {"start": x, "end": x - long, "middle": x - long / 2}[anchor]
        assert left >= 0 and left + long <= width and 0 < y < height, text.text


@pytest.mark.parametrize("form", ["html", "svg", "markdown"])
def test_chinese_is_chinese_throughout(form: str) -> None:
    recording = flow(language="zh", title="流程", names={"shop.test": "商店", "portal.test": "登录门户"})
    text = str(getattr(recording, form)())
    plain = BeautifulSoup(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL), "html.parser").get_text(" ")
    for english in ("Opens", "Sends", "Asks", "Brings", "Person", "Browser", "Parameter", "Specified", "step"):
        assert english not in plain
    assert "打开 商店 /mine" in plain and "带着请求把浏览器送到门户" in plain
    if form != "markdown":
        assert 'lang="zh-CN"' in text


def test_nothing_hostile_becomes_markup() -> None:
    journal = journal_of(
        asked(f"{SITE}/{HOSTILE}?{HOSTILE}={HOSTILE}", body=f"<h1>{HOSTILE}&lt;img src=x&gt;</h1>".encode()),
        asked(f"{SITE}/f", method="POST", form=[("decision", HOSTILE), (HOSTILE, HOSTILE), ("scope", "`` ` ```")]),
        called(HOSTILE, f"{SITE}/x"),
    )
    recording = record(journal, title=HOSTILE, names={"shop.test": HOSTILE})
    page = BeautifulSoup(recording.html(index=HOSTILE), "html.parser")
    assert not page.select("script, img, [onerror]")
    assert page.h1 is not None and page.h1.get_text() == HOSTILE
    assert not list(ElementTree.fromstring(recording.svg()).iter(f"{SVG}script"))
    outside_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", recording.markdown())
    assert "<script>" not in outside_code.replace("\\<", "")


def test_an_empty_journal_makes_an_empty_page() -> None:
    recording = record(journal_of(), title="Nothing")
    assert "Nothing went over the wires." in recording.html()
    assert "Nothing went over the wires." in recording.markdown()
    assert ElementTree.fromstring(recording.svg()).tag == f"{SVG}svg"


def test_the_picture_and_the_index_are_linked() -> None:
    recording = flow()
    assert "![A flow](flow.svg)" in recording.markdown("flow.svg")
    back = BeautifulSoup(recording.html(index="index.html"), "html.parser").select_one("a[href='index.html']")
    assert back is not None and back.get_text() == "All flows"
    assert "All flows" not in recording.html()


def test_code_in_markdown_is_fenced_by_more_than_it_holds() -> None:
    journal = journal_of(asked(f"{SITE}/f", method="POST", form=[("scope", "a ``` b ` c"), ("display", "`x`")]))
    told = record(journal, title="A flow").markdown()
    assert "````a ``` b ` c````" in told
    assert "`` `x` ``" in told
