"""Argon2id (RFC 9106), in memory that is taken for it, and given back when nobody goes on hashing.

Left to itself the C library keeps a block of this size for each thread that has ever hashed. Taking it anew costs
little where the system has large pages: a dozen of them instead of thousands of small ones. They come empty, and
emptying them costs a tenth of the hash, so a block waits a moment for the next hash. Nothing is left in it: argon2
overwrites what it has worked with.
"""

from __future__ import annotations

import base64
import hmac
import mmap
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from argon2.exceptions import HashingError
from argon2.low_level import ARGON2_VERSION, Type, core, error_to_str, ffi

from sso_portal.base.ids import number_below
from sso_portal.base.spares import Spares

_SALT_BYTES = 16
_HASH_BYTES = 32
_LARGE_PAGE = 2 * 1024 * 1024
_SPARE_SECONDS = 0.2
_TYPES = {"argon2d": Type.D, "argon2i": Type.I, "argon2id": Type.ID}
_STORED = re.compile(
    r"\$(argon2(?:id|i|d))(?:\$v=(\d{1,9}))?\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})"
    r"\$([A-Za-z0-9+/]{1,1000})\$([A-Za-z0-9+/]{1,1000})",
    re.ASCII,
)
_VERSION_LEFT_OUT = 16


class Costs(NamedTuple):
    """What a hash is made with: the variant, its version, KiB of memory, passes and lanes, as its stored form tells."""

    kind: str
    version: int
    memory: int
    passes: int
    lanes: int


class Argon2id:
    """Hashes with the same costs, and comparing with those that were made with any."""

    def __init__(self, *, time_cost: int, memory_cost: int, parallelism: int) -> None:
        """Passes, KiB of memory, lanes (RFC 9106, section 4)."""
        self._costs = Costs("argon2id", ARGON2_VERSION, memory_cost, time_cost, parallelism)
        self.compute: Callable[[Callable[[], bytes]], bytes] = lambda hashing: hashing()
        """Calls what it is given and answers the same: a server has threads for it."""

    def hash(self, secret: bytes) -> str:
        """The stored form of ``secret`` (PHC string format), with a salt of its own. Raises :class:`HashingError` for
        costs that are impossible."""
        salt = _random(_SALT_BYTES)
        return _spelled(self._costs, salt, self._computed(secret, salt, self._costs, _HASH_BYTES))

    def decoy(self) -> str:
        """What looks like a stored form and costs as much to compare with, but is that of no secret."""
        return _spelled(self._costs, _random(_SALT_BYTES), _random(_HASH_BYTES))

    def matches(self, secret: bytes, stored: str) -> bool:
        """Whether ``secret`` is the one stored. What cannot be read or computed is nobody's."""
        try:
            costs, salt, expected = _read(stored)
            return hmac.compare_digest(self._computed(secret, salt, costs, len(expected)), expected)
        except (HashingError, ValueError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether ``stored`` was made with other costs than these. Raises :class:`ValueError` if it cannot be read."""
        costs, salt, expected = _read(stored)
        return (costs, len(salt), len(expected)) != (self._costs, _SALT_BYTES, _HASH_BYTES)

    def _computed(self, secret: bytes, salt: bytes, costs: Costs, length: int) -> bytes:
        return self.compute(lambda: _computed(secret, salt, costs, length))


def _random(length: int) -> bytes:
    return number_below(256**length).to_bytes(length, "big")


def _spelled(costs: Costs, salt: bytes, digest: bytes) -> str:
    kind, version, memory, passes, lanes = costs
    shown = [base64.b64encode(raw).rstrip(b"=").decode("ascii") for raw in (salt, digest)]
    return f"${kind}$v={version}$m={memory},t={passes},p={lanes}${shown[0]}${shown[1]}"


def _read(stored: str) -> tuple[Costs, bytes, bytes]:
    """Costs, salt and hash. Raises :class:`ValueError`."""
    found = _STORED.fullmatch(stored)
    if found is None:
        raise ValueError("not the stored form of an argon2 hash")
    kind, version, *numbers, salt, digest = found.groups()
    memory, passes, lanes = map(int, numbers)
    costs = Costs(kind, int(version or _VERSION_LEFT_OUT), memory, passes, lanes)
    return costs, _unpadded(salt), _unpadded(digest)


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _computed(secret: bytes, salt: bytes, costs: Costs, length: int) -> bytes:
    """The hash itself. Raises :class:`HashingError`."""
    out = ffi.new("uint8_t[]", length)
    # Kept in names: the context only points at them.
    given_secret, given_salt = ffi.from_buffer("uint8_t[]", secret), ffi.from_buffer("uint8_t[]", salt)
    take, give_back = _allocator()
    fields = {"version": costs.version, "t_cost": costs.passes, "m_cost": costs.memory}
    fields |= {"lanes": costs.lanes, "threads": costs.lanes, "out": out, "outlen": length}
    fields |= {"pwd": given_secret, "pwdlen": len(secret), "salt": given_salt, "saltlen": len(salt)}
    context = ffi.new("argon2_context *", {**fields, "allocate_cbk": take, "free_cbk": give_back})
    code = core(context, _TYPES[costs.kind].value)
    if code:
        raise HashingError(error_to_str(code))
    return bytes(ffi.buffer(out))


@lru_cache(maxsize=1)
def _allocator() -> tuple[Any, Any]:
    """The two functions by which argon2 takes its memory and gives it back; both null where the system does not let
    functions be made: then it asks the C library."""
    try:
        return ffi.callback("int(uint8_t **, size_t)", _take), ffi.callback("void(uint8_t *, size_t)", _give_back)
    except (MemoryError, SystemError):
        return ffi.NULL, ffi.NULL


class Block(NamedTuple):
    """Memory of the system's own, and what holds it in its place."""

    memory: mmap.mmap
    view: Any
    start: int


def _close(block: Block) -> None:
    ffi.release(block.view)
    block.memory.close()


_blocks: dict[int, Block] = {}
"""Memory that is in use, by its address."""

_spares: Spares[Block] = Spares(_SPARE_SECONDS, _close)


def _take(where: Any, size: int) -> int:
    block = _spares.take(size)
    if block is None:
        try:
            memory = _memory(size)
        except (OSError, OverflowError, ValueError):
            # Nothing stands at ``where``, which argon2 takes for what it is.
            return -1
        view = ffi.from_buffer(memory)
        start = int(ffi.cast("uintptr_t", view))
        block = Block(memory, view, start + -start % _LARGE_PAGE)
    _blocks[block.start] = block
    where[0] = ffi.cast("uint8_t *", block.start)
    return 0


def _memory(size: int) -> mmap.mmap:
    """With room to begin where a large page does."""
    memory = mmap.mmap(-1, size + _LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= _LARGE_PAGE and sys.platform == "linux":
        try:
            memory.madvise(mmap.MADV_HUGEPAGE)
        except OSError:
            # A system without them.
            return memory
    return memory


def _give_back(address: Any, size: int) -> None:
    block = _blocks.pop(int(ffi.cast("uintptr_t", address)))
    if size >= _LARGE_PAGE:
        _spares.keep(size, block)
    else:
        _close(block)
