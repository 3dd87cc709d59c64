"""The tables of the inspection service. Every invariant that the database can hold is a named constraint here.

Public: `schools`, `establishments`, `school_changes`, `school_groups`, `school_links`, `school_locations`,
`memberships`, `inspections`, `inspection_versions`, `outcome_snapshots`, `trust_inspections`, `pupil_measures`,
`former_shares`, `measure_comparisons`, `sightings`, `waiting_memberships`,
`sources`.
Confidential to the organisation that loaded them (row-level security): `imports`, `import_changes`,
`import_files`, `import_rejections`.
Confidential to a school and the body that answers for it: `progress_versions`, `data_delegations`, `progress_batches`;
`progress_releases` is public.
Seen by the inspectorate alone: `inspection_drafts`, and what `inspection_audit` tells of them. The service's own:
`awaited_publications`.
"""

from inspection.models.authoring import AwaitedPublication, InspectionAudit, InspectionDraft, TrustInspection
from inspection.models.base import Base
from inspection.models.establishments import Establishment, SchoolChange
from inspection.models.imports import Import, ImportChange, ImportFile, ImportRejection, Source
from inspection.models.inspections import Inspection, InspectionVersion, OutcomeSnapshot
from inspection.models.progress import DataDelegation, ProgressBatch, ProgressRelease, ProgressVersion
from inspection.models.pupils import FormerShare, MeasureComparison, PupilMeasure
from inspection.models.register import (
    Membership,
    School,
    SchoolGroup,
    SchoolLink,
    SchoolLocation,
    Sighting,
    WaitingMembership,
)

__all__ = [
    "AwaitedPublication",
    "Base",
    "DataDelegation",
    "Establishment",
    "FormerShare",
    "Import",
    "ImportChange",
    "ImportFile",
    "ImportRejection",
    "Inspection",
    "InspectionAudit",
    "InspectionDraft",
    "InspectionVersion",
    "MeasureComparison",
    "Membership",
    "OutcomeSnapshot",
    "ProgressBatch",
    "ProgressRelease",
    "ProgressVersion",
    "PupilMeasure",
    "School",
    "SchoolChange",
    "SchoolGroup",
    "SchoolLink",
    "SchoolLocation",
    "Sighting",
    "Source",
    "TrustInspection",
    "WaitingMembership",
]
