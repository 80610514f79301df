"""Every recipe is there in both languages, is found from the list of recipes, and leads to pages that are there."""

from __future__ import annotations

import re

import pytest

from tests.contract.test_command_line import Run, answer, ready, upgraded
from tests.support.recipes import FOLDER, chinese, code_of, commands_of, english_recipes, text_of, troubles_of

__all__ = ["ready", "upgraded"]

WITH_TROUBLES = (
    "connect-a-django-site.md",
    "connect-a-flask-site.md",
    "connect-a-pyramid-site.md",
    "mobile-app.md",
    "write-a-nightly-job.md",
)
ONLY_ENGLISH = {"site-behind-nginx.md"}
"""Its configurations of proxies stand on the English page alone; the Chinese one leads there."""

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def as_typed(code: str) -> str:
    """Without the words that explain it, which may stand behind it in either language."""
    if "\n" in code:
        return re.sub(r"  #.*$", "", code, flags=re.MULTILINE)
    return re.split(r" {3,}| +# ", code.strip())[0]


@pytest.mark.parametrize("recipe", english_recipes())
def test_both_languages_tell_to_type_the_same(recipe: str) -> None:
    if recipe in ONLY_ENGLISH:
        return
    english, other = ([as_typed(code) for code in code_of(page)] for page in (recipe, chinese(recipe)))
    assert other == english


@pytest.mark.parametrize("recipe", english_recipes())
def test_both_languages_have_the_same_parts(recipe: str) -> None:
    if recipe in ONLY_ENGLISH:
        return
    for pattern in (r"^#+ ", r"^\| ", r"^- "):
        counts = [len(re.findall(pattern, text_of(page), flags=re.MULTILINE)) for page in (recipe, chinese(recipe))]
        assert counts[0] == counts[1], pattern


@pytest.mark.parametrize("recipe", ["README.md", *english_recipes()])
def test_each_language_leads_to_the_other(recipe: str) -> None:
    assert f"]({chinese(recipe)})" in text_of(recipe)
    assert f"]({recipe})" in text_of(chinese(recipe))


@pytest.mark.parametrize("page", sorted(path.name for path in FOLDER.glob("*.md")))
def test_links_lead_somewhere(page: str) -> None:
    for target in LINK.findall(text_of(page)):
        assert (FOLDER / target).exists(), target


def test_the_list_has_every_recipe() -> None:
    for recipe in english_recipes():
        assert f"]({recipe})" in text_of("README.md")
        assert f"]({chinese(recipe)})" in text_of("README.zh-CN.md")


@pytest.mark.parametrize("recipe", WITH_TROUBLES)
def test_what_is_seen_when_it_does_not_work_is_the_same(recipe: str) -> None:
    assert len(troubles_of(recipe)) == 3
    assert troubles_of(chinese(recipe)) == troubles_of(recipe)


@pytest.mark.parametrize("recipe", ["connect-a-django-site.md", "connect-a-flask-site.md", "connect-a-pyramid-site.md"])
def test_registering_a_site(ready: Run, recipe: str) -> None:
    (command,) = commands_of(recipe)
    client = answer(ready(*command, "--json"))
    assert isinstance(client, dict)
    assert client["consent"] == "silent"
    assert client["backchannel_logout_uri"]


def test_registering_a_job(ready: Run) -> None:
    by_secret, _ = commands_of("write-a-nightly-job.md")
    client = answer(ready(*by_secret, "--json"))
    assert isinstance(client, dict)
    assert (client["grant_types"], client["response_types"]) == (["client_credentials"], [])
    assert client["allowed_resources"] == ["open_api"]


def test_registering_a_mobile_app(ready: Run) -> None:
    (command,) = commands_of("mobile-app.md")
    client = answer(ready(*command, "--json"))
    assert isinstance(client, dict)
    assert (client["token_endpoint_auth_method"], client["application_type"]) == ("none", "native")
    assert len(client["grant_types"]) == 3
