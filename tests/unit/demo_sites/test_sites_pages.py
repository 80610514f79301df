"""What anyone may read, what needs somebody signed in, and what every answer carries."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

PUBLIC = [
    ("project_center", "/", "Projects", "项目"),
    ("project_center", "/list", "All projects", "全部项目"),
    ("project_center", "/list?status=review", "In review", "验收中"),
    ("project_center", "/projects/PC-104", "One sign-in for every site", "统一登录接入"),
    ("talent_center", "/", "The people you work with", "和你一起工作的人"),
    ("talent_center", "/people/lin", "Lin Xiao", "林晓"),
]


@pytest.mark.parametrize(("name", "path", "english", "chinese"), PUBLIC)
def test_anyone_reads_public_pages_in_both_languages(site, name, path, english, chinese):
    for accept, code, heading in (("en-GB,en;q=0.9", "en", english), ("zh-CN,zh;q=0.9,en;q=0.5", "zh-CN", chinese)):
        page = site(name).get(path, headers={"Accept-Language": accept})
        assert page.html.html["lang"] == code
        assert [heading_tag.get_text(strip=True) for heading_tag in page.html.find_all("h1")] == [heading]
        assert page.html.title.get_text().startswith(heading if path != "/" or name == "project_center" else "")
        assert (
            page.html.find("main") and page.html.find("header") and page.html.find("nav") and page.html.find("footer")
        )


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_my_page_sends_an_anonymous_person_to_the_portal_and_remembers_the_page(site, name):
    answer = site(name).get("/mine", status=303)
    target = urlsplit(answer.location)
    assert (target.netloc, target.path) == ("portal.example.test", "/o/authorize/")
    assert parse_qs(target.query)["client_id"] == [name.replace("_", "-")]


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_the_sign_in_link_comes_back_to_the_page_it_stands_on(site, name):
    path = {"project_center": "/list?status=done", "talent_center": "/?q=Python"}[name]
    link = site(name).get(path).html.find("a", string="Sign in")["href"]
    assert parse_qs(urlsplit(link).query)["next"] == [path]


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_who_declined_and_signs_in_after_all_is_not_reminded_of_it(site, name):
    link = site(name).get("/?sign_in=declined").html.find("a", string="Sign in")["href"]
    assert parse_qs(urlsplit(link).query)["next"] == ["/"]


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_the_pages_of_the_kit_speak_the_language_chosen_here(site, name):
    browser = site(name)
    browser.get("/?lang=zh_CN", status=303)
    page = browser.get("/sso/callback?state=unknown&code=x", headers={"Accept-Language": "en"}, expect_errors=True)
    assert page.html.html["lang"] == "zh-CN"


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
@pytest.mark.parametrize("path", ["/nowhere", "/people/nobody", "/projects/PC-000", "/%ff", "/?q=%ff"])
def test_an_address_that_leads_nowhere_gets_a_page_of_the_site(site, name, path):
    page = site(name).get(path, status=404)
    assert page.html.find("a", class_="brand")
    assert page.html.main.find("a", class_="button")


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_declining_at_the_portal_is_answered_with_a_friendly_sentence(site, name):
    said = site(name).get("/?sign_in=declined").html.find(role="status", class_="notice")
    assert said.get_text() == "You chose not to share. You can still look around."
    said = site(name).get("/?sign_in=declined", headers={"Accept-Language": "zh"}).html.find(class_="notice")
    assert said.get_text() == "你选择了不授权，仍然可以继续浏览。"
    assert site(name).get("/").html.find(class_="notice") is None


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404), ("/mine", 303), ("/?lang=en", 303)])
def test_every_answer_carries_the_security_headers(site, name, path, status):
    headers = site(name).get(path, status=status).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "; script-src 'self'; connect-src 'self'; " in policy
    assert "form-action 'self' https://portal.example.test" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    if status in (200, 404):
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _, _ in PUBLIC])
def test_no_page_needs_what_the_policy_forbids(site, name, path):
    page = site(name).get(path)
    assert not page.html.find_all(["script", "style"])
    assert not page.html.find_all(style=True)
    assert "a-secret-that-no-page-may-show" not in page.text


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_the_stylesheet_is_small_and_kept_for_a_year(site, name):
    browser = site(name)
    sheet = browser.get(browser.get("/").html.find("link", rel="stylesheet")["href"])
    assert sheet.content_type == "text/css"
    assert len(sheet.body) < 12_000
    assert "max-age=31536000" in sheet.headers["Cache-Control"]


def test_the_people_page_finds_by_word_and_by_team(site):
    def names(query):
        return [card.get_text() for card in site("talent_center").get(query).html.select(".cards h2")]

    assert names("/?q=postgresql") == ["Zhang Peng"]
    assert names("/?q=%E6%9D%AD%E5%B7%9E") == ["Lin Xiao", "Xu Jing"]
    assert names("/?team=data") == ["Liu Yang", "Tariq Aziz"]
    assert names("/?team=data&q=singapore") == ["Tariq Aziz"]
    assert len(names("/?team=unknown")) == 16
    nobody = site("talent_center").get('/?q="><script>').html
    assert nobody.find("input", type="search")["value"] == '"><script>'
    assert nobody.find("h2").get_text() == "Nobody found"
