"""The flow recorder under the kit's own name: :func:`record` draws what a journal has seen."""

from __future__ import annotations

from sso_flow import NoHarFile, Recording, journal_of_har, record, write_recordings, write_report

__all__ = ["NoHarFile", "Recording", "journal_of_har", "record", "write_recordings", "write_report"]
