"""The machine by its size, and the Python that runs: never its name."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig

from benchmarks.processes import every_core


def machine() -> str:
    """In one line."""
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    cores = len(every_core())
    return f"{cores} core{'s' if cores > 1 else ''}, {memory} GiB, Python {platform.python_version()} {_built()}"


def _built() -> str:
    if sys.base_prefix == "/usr":
        # Optimised, as distributions do, whatever its settings tell of another build beside it.
        return "of the system's packages"
    # A Python that is built without them takes up to 1.3 times as long.
    optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return f"built {'with' if optimised else 'without'} optimisations"


def how_busy() -> str:
    """What else was going on: whoever reads a run wants to know whether the machine was quiet."""
    return f"{os.getloadavg()[0]:.1f} processes wanted to run before it began"
