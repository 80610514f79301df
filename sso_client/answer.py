"""The portal's answer at the callback (RFC 6749 sections 4.1.2 and 4.1.2.1), read strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sso_client.errors import AnswerMalformed, is_error_code

MOST_PARAMETERS = 50
LONGEST_VALUE = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Exactly one of code and error is not "". `issuer`: the `iss` parameter (RFC 9207), or None."""

    state: str = field(repr=False)
    code: str = field(repr=False, default="")
    error: str = ""
    issuer: str | None = None

    def shown(self) -> dict[str, str]:
        """Return the parameters by name, without those that were not sent."""
        parameters = {"code": self.code, "state": self.state, "error": self.error, "iss": self.issuer or ""}
        return {name: value for name, value in parameters.items() if value}


def read_answer(query: str) -> Answer:
    """Read the query string of the callback.

    Raises AnswerMalformed when it is not an authorization response: no state, neither code nor error or both, a
    parameter twice (RFC 6749 section 3.1), something far too long.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as problem:
        raise AnswerMalformed("the query cannot be read") from problem
    values = dict(pairs)
    if len(values) != len(pairs):
        raise AnswerMalformed("a parameter is there twice")
    if any(len(value) > LONGEST_VALUE for value in values.values()):
        raise AnswerMalformed("a parameter is too long")
    state, code, error = (values.get(name, "") for name in ("state", "code", "error"))
    if not state or bool(code) == bool(error):
        raise AnswerMalformed("not an answer to an authorization request")
    if error and not is_error_code(error):
        error = "unreadable"
    return Answer(state, code, error, values.get("iss"))
