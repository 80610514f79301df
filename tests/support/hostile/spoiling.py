"""How a good request is made odd: one thing at a time, each chosen by two numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tests.support.client_fields import CLIENT_FIELDS
from tests.support.hostile.plans import FORM, Basic, Pairs, Plan, Thing, Value
from tests.support.hostile.words import CLIENT_IDS, FORGED, Endpoint

T = TypeVar("T")

ODD_VALUES: tuple[Value, ...] = (
    "",
    " ",
    b"%ff%fe",
    b"\xff\xfe",
    b"%00",
    "a\x00b",
    b"%ED%A0%80",
    b"%zz%",
    b"%",
    "x\r\nX-Injected: 1",
    "\t\x1b[31m\x7f\x85",
    "\u202e中文 🛒",
    "\ufffe\ufeff",
    "x" * 300,
    "x" * 5_000,
    "x" * 20_000,
    "x" * 70_000,
    "-1",
    "0",
    "9" * 400,
    "1e309",
    "NaN",
    "true",
    "null",
    "[1,2]",
    '{"a":{"b":[null]}}',
    "[" * 1_500,
    '"quoted\\"',
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "${7*7}{{7*7}}%n%s",
    "../../../etc/passwd",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "http://[::1",
    "a b c",
    *FORGED,
)
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "X-ODD",
    "get",
    "POST ",
)
CONTENT_TYPES: tuple[Value, ...] = (
    "",
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    f"{FORM}; charset=utf-16",
    f"{FORM}; charset=no-such",
    f"{FORM.upper()} ; a=b",
    f"{FORM}, text/plain",
    "x" * 3_000,
    ";;;=",
    b"\xff/\xfe",
)
JSON_VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    10**400,
    1.5,
    "",
    "x" * 10_000,
    "\x00\ud800\u202e中",
    [],
    {},
    [None, [1], {"a": []}],
    ["https://newcomer.example.test/a", "javascript:alert(1)", "https://a b/"],
    ["http://127.0.0.1/x", "com.example.app:/cb"],
    {"keys": [{"kty": "oct", "k": "AA"}, 5]},
    ["authorization_code", "password", "implicit"],
    ["code token"],
    "none",
    "private_key_jwt",
    "https://newcomer.example.test/file",
    "pairwise",
)
JSON_NAMES = (*CLIENT_FIELDS, "client_id", "client_secret", "software_statement", '名"', "x" * 500)
BODIES = (
    b"",
    b"\xff\xfe\x00\x01",
    b'{"grant_type": "authorization_code"}',
    b"[" * 3_000,
    b"&&&===&&",
    b"=&=&=",
    b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--b--",
    b"&".join(b"a%d=1" % number for number in range(101)),
    b"a=1&" * 1_000,
    b"x" * 65_536,
    b"x" * 65_537,
    b"%" * 1_000,
)
PATHS: tuple[Callable[[bytes], bytes], ...] = (
    lambda path: path.rstrip(b"/") or b"/",
    lambda path: path + b"/",
    lambda path: path + b"%ff",
    lambda path: path + b"%00",
    lambda path: path + b"%0d%0aX-Injected:1",
    lambda path: path + b"..%2f",
    lambda path: path + b";a=b",
    lambda path: b"/" + path,
    lambda path: path.upper(),
    lambda path: path.replace(b"o", b"%6f"),
    lambda path: path + b"%E4%B8%AD",
    lambda path: path + b"x" * 5_000,
    lambda _path: b"",
    lambda _path: b"*",
)
HEADERS: tuple[tuple[str, tuple[Value, ...]], ...] = (
    (
        "HTTP_AUTHORIZATION",
        (
            "",
            "Basic",
            "Basic !!!",
            "Basic /////w==",
            "Basic bm8gY29sb24=",
            b"Basic \xff\xfe",
            *(Basic(str(client_id)) for client_id in CLIENT_IDS),
            "Bearer",
            "Bearer x y",
            "bearer " + "x" * 5_000,
            Thing("access", "public", "Bearer "),
            Thing("code", "public", "Bearer "),
            *(Thing(forged.kind, forged.of, "Bearer ") for forged in FORGED[:12]),
            'Digest username="zp"',
            "Negotiate " + "A" * 200,
            "\x00",
        ),
    ),
    (
        "HTTP_COOKIE",
        (
            "",
            ";;;=",
            b"__Host-sso_session=\xff\xfe",
            "__Host-sso_session=" + "x" * 600,
            "__Host-sso_session=x; __Host-sso_session=y",
            '__Host-sso_csrf="\\377"; __Host-sso_locale=zh_CN~%ff; __Host-sso_theme=<b>',
            "a=" + "b" * 9_000,
            "=; =a; a",
            "\x00=\x00",
        ),
    ),
    ("HTTP_HOST", ("", "evil.example", "portal.example.test:99999", "[::1", "a b", b"\xff\xfe", "x" * 4_000, "@:#/?")),
    (
        "HTTP_ORIGIN",
        ("", "null", "https://public.example.test", "https://evil.example", b"\xff", "x" * 4_000, "http://["),
    ),
    ("HTTP_X_FORWARDED_FOR", ("", "203.0.113.9", "a, b, , c", b"\xff", "x" * 4_000)),
    ("HTTP_X_FORWARDED_HOST", ("evil.example", b"\xff")),
    ("HTTP_X_FORWARDED_PROTO", ("http", "javascript")),
    ("HTTP_FORWARDED", ("for=evil;host=evil.example;proto=http", b"\xff")),
    ("HTTP_X_HTTP_METHOD_OVERRIDE", ("DELETE", "GET")),
    ("HTTP_ACCEPT", ("", "*/*;q=x", "application/json", b"\xff", "text/html;" * 500)),
    ("HTTP_ACCEPT_LANGUAGE", ("", "zh-CN,zh;q=0.9", "q=;;,,", "en;q=1e999,zh;q=nan", b"\xff\xfe", "a," * 2_000)),
    ("HTTP_ACCEPT_ENCODING", ("gzip", "identity;q=0, *;q=0")),
    ("HTTP_USER_AGENT", ("", b"\xff\xfe\x00", "x" * 9_000)),
    ("HTTP_REFERER", ("https://evil.example/", b"\xff")),
    ("HTTP_IF_NONE_MATCH", ("*", '"x"', b"\xff", "W/" * 50)),
    ("HTTP_IF_MODIFIED_SINCE", ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", b"\xff")),
    ("HTTP_RANGE", ("bytes=0-0", "bytes=-1", "bytes=5-1", "lines=x", b"\xff")),
    ("HTTP_IF_RANGE", ("x", b"\xff")),
    ("HTTP_EXPECT", ("100-continue", "x")),
    ("HTTP_TRANSFER_ENCODING", ("chunked", "gzip, chunked")),
    ("CONTENT_LENGTH", ("", "-1", "abc", "1e3", "+5", "5_0", "²", "0", "3", "65537", "9" * 5_000)),
    ("REMOTE_ADDR", ("", "::1", "x" * 300)),
    ("SERVER_PROTOCOL", ("HTTP/1.0", "HTTP/0.9")),
)


@dataclass(frozen=True)
class Spoiling:
    """One oddity: what kind, which of them, where; and a value that nobody thought of."""

    operation: str
    which: int
    where: int
    free: bytes


def spoiled(plan: Plan, endpoint: Endpoint, spoiling: Spoiling) -> Plan:
    """``plan`` with one thing changed."""
    return OPERATIONS[spoiling.operation](plan, endpoint, spoiling)


def _pick(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]


def _odd(spoiling: Spoiling) -> Value:
    """One of the odd values, or bytes that nobody thought of."""
    free = b"".join(b"%%%02x" % byte for byte in spoiling.free)
    return _pick((*ODD_VALUES, free, free), spoiling.which)


def _word(endpoint: Endpoint, spoiling: Spoiling) -> tuple[str, Value]:
    name = _pick(sorted(endpoint.words) or ["anything"], spoiling.where)
    return name, _pick(endpoint.words.get(name, ("x",)), spoiling.which)


def _fields(plan: Plan) -> Pairs:
    return plan.body if plan.method == "POST" else plan.query


def _with_fields(plan: Plan, pairs: Pairs) -> Plan:
    return replace(plan, body=pairs) if plan.method == "POST" else replace(plan, query=pairs)


def _each(change: Callable[[str, Value, Endpoint, Spoiling], Pairs]) -> Callable[[Plan, Endpoint, Spoiling], Plan]:
    """An operation on one of the fields."""

    def operation(plan: Plan, endpoint: Endpoint, spoiling: Spoiling) -> Plan:
        fields = _fields(plan)
        if not fields:
            return _with_fields(plan, (("anything", _odd(spoiling)),))
        place = spoiling.where % len(fields)
        name, value = fields[place]
        changed = change(name, value, endpoint, spoiling)
        return _with_fields(plan, (*fields[:place], *changed, *fields[place + 1 :]))

    return operation


def _known_word(name: str, value: Value, endpoint: Endpoint, spoiling: Spoiling) -> Pairs:
    return ((name, _pick(endpoint.words.get(name, (value,)), spoiling.which)),)


def _header(plan: Plan, _endpoint: Endpoint, spoiling: Spoiling) -> Plan:
    name, values = _pick(HEADERS, spoiling.where)
    cookies = () if name == "HTTP_COOKIE" else plan.cookies
    kept = tuple((known, value) for known, value in plan.environ if known != name)
    return replace(plan, cookies=cookies, environ=(*kept, (name, _pick(values, spoiling.which))))


def _content_type(plan: Plan, _endpoint: Endpoint, spoiling: Spoiling) -> Plan:
    kept = tuple((name, value) for name, value in plan.environ if name != "CONTENT_TYPE")
    return replace(plan, environ=(*kept, ("CONTENT_TYPE", _pick(CONTENT_TYPES, spoiling.which))))


def _json(plan: Plan, endpoint: Endpoint, spoiling: Spoiling) -> Plan:
    if plan.json is None:
        return _header(plan, endpoint, spoiling)
    name = _pick((*JSON_NAMES, *dict(plan.json)), spoiling.where)
    kept = tuple((known, value) for known, value in plan.json if known != name)
    return replace(plan, json=(*kept, (name, _pick(JSON_VALUES, spoiling.which))))


OPERATIONS: dict[str, Callable[[Plan, Endpoint, Spoiling], Plan]] = {
    "odd value": _each(lambda name, _value, _endpoint, spoiling: ((name, _odd(spoiling)),)),
    "known word": _each(_known_word),
    "missing": _each(lambda _name, _value, _endpoint, _spoiling: ()),
    "empty": _each(lambda name, _value, _endpoint, _spoiling: ((name, ""),)),
    "twice": _each(lambda name, value, _endpoint, _spoiling: ((name, value), (name, value))),
    "twice and odd": _each(lambda name, value, _endpoint, spoiling: ((name, value), (name, _odd(spoiling)))),
    "another word": lambda plan, endpoint, spoiling: _with_fields(plan, (*_fields(plan), _word(endpoint, spoiling))),
    "another odd": lambda plan, endpoint, spoiling: _with_fields(
        plan, (*_fields(plan), (_word(endpoint, spoiling)[0], _odd(spoiling)))
    ),
    "unknown field": lambda plan, _endpoint, spoiling: _with_fields(
        plan,
        (*_fields(plan), (_pick(("x", "名", "a[]", "__proto__", "a" * 300, "\x00"), spoiling.where), _odd(spoiling))),
    ),
    "in the address": lambda plan, _endpoint, _spoiling: replace(plan, query=(*plan.query, *plan.body), body=()),
    "in both": lambda plan, _endpoint, _spoiling: replace(plan, query=(*plan.query, *plan.body)),
    "in the body": lambda plan, _endpoint, _spoiling: replace(
        plan, method="POST", query=(), body=(*plan.query, *plan.body)
    ),
    "JSON": _json,
    "another JSON": _json,
    "method": lambda plan, _endpoint, spoiling: replace(plan, method=_pick(METHODS, spoiling.which)),
    "header": _header,
    "another header": _header,
    "content type": _content_type,
    "body": lambda plan, _endpoint, spoiling: replace(
        plan, method="POST", raw_body=_pick((*BODIES, spoiling.free), spoiling.which)
    ),
    "path": lambda plan, _endpoint, spoiling: replace(plan, path=_pick(PATHS, spoiling.which)(plan.path)),
    "later": lambda plan, _endpoint, spoiling: replace(plan, pause=_pick((1, 5, 11, 61, 700), spoiling.which)),
}
