"""What an operator may decide.

Owns: frozen dataclasses, one per area, and the reading and checking of ini file and environment.
Never: opens the database or starts anything.
Asked by: wiring, web and the command line.
"""

from sso_portal.settings.areas import Settings
from sso_portal.settings.load import load_settings

__all__ = ["Settings", "load_settings"]
