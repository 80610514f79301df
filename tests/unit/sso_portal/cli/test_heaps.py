"""Threads share the heaps of the C library, as the library itself tells."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from tests.support.source import ROOT

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not GNU's")

_PROGRAM = """
import ctypes, threading
from sso_portal.cli.heaps import share_heaps
{act}
library, together = ctypes.CDLL(None), threading.Barrier(12)
library.malloc.restype = ctypes.c_void_p
def want():
    together.wait()
    for _ in range(50):
        assert library.malloc(5_000)
    together.wait()
threads = [threading.Thread(target=want) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library.malloc_info(0, ctypes.c_void_p.in_dll(library, "stdout"))
library.fflush(None)
"""


def heaps(act: str, **environment: str) -> int:
    """How many there are when twelve threads have wanted memory."""
    given = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | environment
    command = [sys.executable, "-c", _PROGRAM.format(act=act)]
    told = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=True, timeout=60).stdout
    return told.count("<heap nr=")


def test_twelve_threads_share_two() -> None:
    assert heaps("share_heaps()") == 2
    assert heaps("") > 2, "left to itself the library makes more"


def test_an_operator_may_want_another_number() -> None:
    assert heaps("share_heaps()", MALLOC_ARENA_MAX="4") == 4


def test_another_c_library_has_nothing_to_be_told() -> None:
    assert heaps(
        "import ctypes; real = ctypes.CDLL; ctypes.CDLL = lambda _: object(); share_heaps(); ctypes.CDLL = real"
    )
