"""What went over the wires, drawn as a sequence diagram and told in plain words.

Owns: the journal of hops, the steps made of them, the meaning of each parameter, how a secret is shown; the SVG, the
page, the Markdown, the report with its index; in ``live/`` the recording of a running demo.
Never: shows a secret; imports anything of ours.
Asked by: the test kit, the demo with its sites, and the script that draws the pictures of the documentation.
"""

from sso_flow.har import NoHarFile, journal_of_har
from sso_flow.recording import Recording, record
from sso_flow.report import write_recordings, write_report

__all__ = ["NoHarFile", "Recording", "journal_of_har", "record", "write_recordings", "write_report"]
