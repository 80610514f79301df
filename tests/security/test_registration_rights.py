"""What a registration opens, and to whom: nothing of the operator's, of other sites or for other origins."""

from __future__ import annotations

from tests.support.corner_shop import ENDPOINT, SHOP, Corner, anywhere, corner

__all__ = ["anywhere", "corner"]


def test_what_the_operator_decided_stays_whatever_the_site_sends(corner: Corner) -> None:
    told = corner.register()
    decided = {"consent": "explicit", "always_authenticate": True, "resource_server": False, "first_party": False}
    corner.sso.edit_client(told["client_id"], **decided, require_pkce=True)
    wish = {"consent": "silent", "always_authenticate": False, "first_party": True, "require_pkce": False}
    for members in (wish, {}, {**wish, "resource_server": True}):
        answer = corner.put(told, **members).json
        assert {name: answer[name] for name in decided} == decided
        assert answer["require_pkce"] is True
    assert corner.register(**wish, resource_server=True)["consent"] == "once"


def test_a_registration_opens_nothing_but_itself(corner: Corner) -> None:
    one, other = corner.register(), corner.register()
    corner.sso.add_client("operators", redirect_uris=["https://a.test/"])
    texts = set()
    for client_id, token in (
        (one["client_id"], other["registration_access_token"]),
        (one["client_id"], one["client_secret"]),
        (one["client_id"], ""),
        (one["client_id"], "é" * 40),
        ("operators", one["registration_access_token"]),
        ("nobody", one["registration_access_token"]),
        (one["client_id"].swapcase(), one["registration_access_token"]),
        ("%00", one["registration_access_token"]),
    ):
        for method, body in (("GET", None), ("PUT", SHOP), ("DELETE", None)):
            answer = corner.send(method, f"{ENDPOINT}{client_id}", body, token.encode().decode("latin-1"))
            assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
            texts.add(answer.json["error_description"])
    assert len(texts) == 1, "what is there and what is not look alike"
    assert corner.site(one).introspect(one["registration_access_token"]).json == {"active": False}
    assert corner.site(one).userinfo(one["registration_access_token"]).status_int == 401


def test_secrets_are_kept_as_hashes(anywhere: Corner) -> None:
    told = anywhere.register()
    with anywhere.sso.portal.database.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM clients").all())
    assert told["client_id"] in stored
    assert told["client_secret"] not in stored
    assert told["registration_access_token"] not in stored


def test_pages_of_other_origins_are_told_nothing(corner: Corner) -> None:
    headers = {"Origin": "https://corner.example.test"}
    told = corner.register(token_endpoint_auth_method="none")
    for url in (ENDPOINT, told["registration_client_uri"]):
        answer = corner.http.request(url, method="OPTIONS", headers=headers, status="*")
        assert answer.status_int == 405
        assert "Access-Control-Allow-Origin" not in answer.headers
    answer = corner.http.post_json(ENDPOINT, SHOP, headers=headers)
    assert "Access-Control-Allow-Origin" not in answer.headers
