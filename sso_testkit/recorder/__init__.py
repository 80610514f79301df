"""The flow recorder: what went over the wires, drawn as a sequence diagram and told in plain words.

Owns: the steps made of hops, the meaning of each parameter, the SVG, the page, the Markdown, the report with its index.
Never: shows a secret; asks anybody for anything, it only reads a journal.
Asked by: tests and plugins that report flows, and the script that draws the pictures of the documentation.
"""

from sso_testkit.recorder.har import NoHarFile, journal_of_har
from sso_testkit.recorder.recording import Recording, record
from sso_testkit.recorder.report import write_recordings, write_report

__all__ = ["NoHarFile", "Recording", "journal_of_har", "record", "write_recordings", "write_report"]
