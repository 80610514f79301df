"""A running demo, recorded: each process tells what it answers and asks, one process keeps it and draws it.

Owns: the layer around an application, the layer around its calls, the way between processes, what is kept of each
browser, the door at which a browser sees its own flow.
Never: runs outside the demo; keeps a password, a whole page, or more than a bounded part of anything; writes to a disk.
Asked by: the command that runs the demo, and the sites that it starts.
"""
