"""Every operation that is measured, in the order of the table.

Owns: what is asked and what a right answer is, a file for each.
Never: measures.
Asked by: measuring.
"""

from __future__ import annotations

from benchmarks.operations.client_credentials import ClientCredentials
from benchmarks.operations.code_exchange import CodeExchange
from benchmarks.operations.documents import Discovery, JwkSet
from benchmarks.operations.hello import Hello
from benchmarks.operations.introspection import Introspection
from benchmarks.operations.operation import Operation
from benchmarks.operations.refresh import Refresh
from benchmarks.operations.sign_in import SignIn
from benchmarks.operations.silent_authorize import SilentAuthorize
from benchmarks.operations.userinfo import Userinfo

OPERATIONS: tuple[type[Operation], ...] = (
    SilentAuthorize,
    CodeExchange,
    Refresh,
    ClientCredentials,
    Userinfo,
    Introspection,
    Discovery,
    JwkSet,
    SignIn,
)

__all__ = ["OPERATIONS", "Hello", "Operation", "SignIn"]
