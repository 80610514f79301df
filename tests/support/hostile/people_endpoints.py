"""Endpoints that people's browsers call: good requests and words."""

from __future__ import annotations

from tests.support.hostile.clients_of_every_kind import CLIENTS, PASSWORDS
from tests.support.hostile.living_world import CSRF, authorization
from tests.support.hostile.plans import SIGNED_IN, SIGNED_OUT, Pairs, Plan, Thing, get, post
from tests.support.hostile.words import AUTHORIZATION, CLIENT_IDS, PEOPLE_WORDS, SCOPES, Endpoint, pairs

_SIGN_IN: Pairs = (("username", "lin"), ("password", PASSWORDS["lin"]), ("csrf_token", CSRF), ("next", "/"))
_CHOICE: Pairs = (("account", Thing("sid", "zp")), ("csrf_token", CSRF), ("next", "/"), ("prompt", "select_account"))
_NEWCOMER: Pairs = (
    ("username", "ana"),
    ("name", "Ana"),
    ("email", "ana@example.test"),
    ("password", "a good password of ana"),
    ("csrf_token", CSRF),
    ("next", "/"),
)
_USER_CODE: Pairs = (("user_code", Thing("user code", "public")),)
_LOGOUT: Pairs = (
    ("client_id", "basic"),
    ("id_token_hint", Thing("id_token", "basic")),
    ("post_logout_redirect_uri", "https://basic.example.test/bye"),
    ("state", "the-state"),
)


def _authorizations() -> tuple[Plan, ...]:
    asked = [pairs(authorization(client_id)) for client_id in CLIENTS]
    consent: tuple[Plan, ...] = tuple(
        post(
            "/o/authorize/",
            (("decision", decision), ("scope", "profile"), ("csrf_token", Thing("consent form", client_id))),
            query=pairs(authorization(client_id)),
            cookies=SIGNED_IN,
        )
        for client_id in ("basic", "post")
        for decision in ("allow", "deny")
    )
    return (
        *(get("/o/authorize/", query, cookies=SIGNED_IN) for query in asked),
        *(get("/o/authorize", query, cookies=SIGNED_OUT) for query in asked),
        *(post("/o/authorize/", query, cookies=SIGNED_IN) for query in asked[:2]),
        *consent,
        *(
            get("/o/authorize/", (("client_id", of), ("request", Thing("request object", of))), cookies=SIGNED_IN)
            for of in ("key-jwt", "strict")
        ),
    )


def _ended(end: str, of: str) -> Pairs:
    return (("end", end), ("sid", Thing("sid", of)), ("client_id", "basic"))


PEOPLE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/o/authorize/",
        _authorizations(),
        {
            **AUTHORIZATION,
            "decision": ("allow", "deny"),
            "keep": ("until_removed", "days", "once", "for ever"),
            "csrf_token": (CSRF,),
        },
    ),
    Endpoint(
        "/o/login/",
        (
            get("/o/login/", (("next", "/o/authorize/?client_id=post"),), cookies=SIGNED_OUT),
            get("/o/login/", (("next", "/"), ("prompt", "login")), cookies=SIGNED_IN),
            post("/o/login/", _SIGN_IN, cookies=SIGNED_OUT),
            post("/o/login/", (*_SIGN_IN, ("remember_me", "on")), cookies=SIGNED_OUT),
            get("/o/login/", (("next", "/"), ("prompt", "select_account"), ("account", "new")), cookies=SIGNED_IN),
            post("/o/login/", _CHOICE, cookies=SIGNED_IN),
        ),
        {
            **PEOPLE_WORDS,
            "prompt": ("login", "select_account", "none"),
            "account": (Thing("sid", "zp"), "new", "other"),
            "username": ("zp", "lin", "nobody", "ZP"),
            "password": ("wrong", PASSWORDS["zp"]),
            "remember_me": ("on",),
            "csrf_token": (CSRF, "other"),
            "ui_locales": ("zh-CN",),
        },
    ),
    Endpoint(
        "/o/logout/",
        (
            get("/o/logout/", cookies=SIGNED_IN),
            get("/o/logout/", _LOGOUT, cookies=SIGNED_IN),
            get("/o/logout", _LOGOUT, cookies=SIGNED_OUT),
            post("/o/logout/", _LOGOUT, cookies=SIGNED_IN),
            post("/o/logout/", (*_LOGOUT, ("decision", "sign_out"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
            post("/o/logout/", (*_LOGOUT, ("decision", "stay"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
        ),
        {
            "client_id": CLIENT_IDS,
            "id_token_hint": AUTHORIZATION["id_token_hint"],
            "post_logout_redirect_uri": ("https://public.example.test/bye", "https://evil.example/", "/"),
            "state": AUTHORIZATION["state"],
            "logout_hint": ("zp", "lin@example.test", "other"),
            "decision": ("sign_out", "sign_out_all", "stay"),
            "account": (Thing("sid", "zp"), "other"),
            "receipt": ("a.b.c", "none"),
            "csrf_token": (CSRF, "other"),
            "ui_locales": ("zh-CN",),
        },
    ),
    Endpoint(
        "/o/device/",
        (
            get("/o/device/", cookies=SIGNED_OUT),
            get("/o/device/", _USER_CODE, cookies=SIGNED_IN),
            get("/o/device", _USER_CODE, cookies=SIGNED_OUT),
            post("/o/device/", (*_USER_CODE, ("csrf_token", CSRF)), cookies=SIGNED_IN),
            *(
                post(
                    "/o/device/",
                    (*_USER_CODE, ("csrf_token", Thing("device form", "public")), ("decision", decision)),
                    cookies=SIGNED_IN,
                )
                for decision in ("allow", "deny")
            ),
        ),
        {
            "user_code": (Thing("user code", "basic"), "BCDF-GHJK", "bcdf ghjk"),
            "decision": ("allow", "deny"),
            "scope": SCOPES,
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint(
        "/o/site_refused/",
        (get("/o/site_refused/", (("client_id", "wiki"), ("because", "declined"))),),
        {"client_id": (*CLIENT_IDS, "wiki"), "because": ("excluded", "failed", "x")},
    ),
    Endpoint("/o/device/qr.svg", (get("/o/device/qr.svg", _USER_CODE),), {"user_code": ("BCDF-GHJK", "x")}),
    Endpoint(
        "/account/create",
        (
            get("/account/create", (("next", "/"),), cookies=SIGNED_OUT),
            get("/account/create", cookies=SIGNED_IN),
            post("/account/create", _NEWCOMER, cookies=SIGNED_OUT),
        ),
        {
            **PEOPLE_WORDS,
            "username": ("zp", "ana", "ben", "Ben", "a.b-c_d"),
            "name": ("安娜", "A" * 300),
            "email": ("zp@example.test", "ben@example.test", "x"),
            "password": ("1234567", "x" * 1025),
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint(
        "/account/devices",
        (
            get("/account/devices", cookies=SIGNED_IN),
            get("/account/devices", (("end", "others"),), cookies=SIGNED_IN),
            get("/account/devices", cookies=SIGNED_OUT),
            *(
                post("/account/devices", (*_ended(end, of), ("csrf_token", CSRF)), cookies=SIGNED_IN)
                for end in ("device", "site", "others")
                for of in ("zp", "lin")
            ),
        ),
        {
            "end": ("device", "site", "others", "everything"),
            "sid": (Thing("sid", "zp"), Thing("sid", "lin"), Thing("session", "lin"), "s" * 3000),
            "client_id": CLIENT_IDS,
            "done": ("gone", "x", ".".join("x" * 9), "x" * 43),
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint(
        "/account/sites",
        (
            get("/account/sites", cookies=SIGNED_IN),
            get("/account/sites", (("remove", "basic"),), cookies=SIGNED_IN),
            get("/account/sites", (("removed", "basic"), ("done", "x" * 43)), cookies=SIGNED_IN),
            get("/account/sites", (("q", "a"),), cookies=SIGNED_OUT),
            post("/account/sites", (("remove", "basic"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
            post("/account/sites", (("remove", "public"), ("csrf_token", CSRF)), cookies=SIGNED_IN),
        ),
        {
            "remove": CLIENT_IDS,
            "removed": CLIENT_IDS,
            "done": ("x", ".".join("x" * 9), "x" * 43),
            "q": ("项目", "<b>"),
            "csrf_token": (CSRF, "other"),
        },
    ),
    Endpoint(
        "/preferences",
        (get("/preferences", (("theme", "dark"), ("locale", "zh_CN"), ("next", "/o/login/"))),),
        {**PEOPLE_WORDS, "theme": ("dark", "purple"), "locale": ("zh_CN", "fr")},
    ),
    Endpoint("/", (get("/", cookies=SIGNED_OUT), get("/", (("q", "a"),), cookies=SIGNED_IN)), {"q": ("项目", "<b>")}),
    Endpoint("/o/check_session/", (get("/o/check_session/"), get("/o/check_session")), {}, public=True),
    Endpoint("static", (get("/static/any/portal.css"), get("/static/any/brand.css")), {}, public=True),
    Endpoint("favicon", (get("/favicon.ico"),), {}, public=True),
)
