"""What all servers know about stopping."""

from __future__ import annotations

import signal

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""By name, because who starts the portal in the background may have left SIGINT ignored. A keeper of several processes
takes SIGHUP for something else; alone, a process stops by it, too."""

IDLE_SECONDS = 2
"""A connection that nothing is asked on is closed so long after the signal: who is about to ask something is answered
and told to connect anew."""
