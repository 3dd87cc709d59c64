"""What is sent to publish and to correct."""

from datetime import date

from pydantic import Field

from inspection.drafts.schemas import InspectionPatch, PlainText
from shared.schemas import RequestModel


class Publication(RequestModel):
    """From when an inspection is to be seen: the day given, or the one of the draft, or today."""

    published_on: date | None = Field(None, description="a later day than today is kept back until then")


class Correction(RequestModel):
    """A correction: the fields that change, as a JSON Merge Patch, and why."""

    changes: InspectionPatch
    reason: PlainText
