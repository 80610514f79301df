"""Templates are compiled once in a process, however many applications it makes."""

from __future__ import annotations

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """Code in memory, by the template and a hash of its source: what has changed is compiled anew."""

    def __init__(self) -> None:
        """Nothing is compiled yet."""
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code that is known for this source."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep code."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code

    def clear(self) -> None:
        """Forget everything."""
        self._codes.clear()


COMPILED_TEMPLATES = CompiledTemplates()
"""That of this process. What is in it follows from the sources alone, so no application can tell that it is shared."""
