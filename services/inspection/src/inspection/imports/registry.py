"""The kinds of file that are loaded here."""

from collections.abc import Mapping
from typing import Final

from inspection.data import load
from inspection.imports.kinds.establishments.kind import GiasEstablishments
from inspection.imports.kinds.groups import GiasGroups
from inspection.imports.kinds.links import GiasLinks
from inspection.imports.kinds.locations import GiasLocations
from inspection.imports.kinds.memberships import GiasMemberships
from inspection.imports.kinds.model import Kind
from inspection.imports.kinds.ofsted.kind import OfstedLatestInspections
from inspection.imports.kinds.outcomes import OfstedOutcomes
from inspection.imports.kinds.pupils.kind import PupilMeasures

_KINDS: Final[tuple[Kind, ...]] = (
    OfstedLatestInspections(),
    OfstedOutcomes(),
    GiasEstablishments(),
    GiasGroups(),
    GiasLinks(),
    GiasLocations(),
    GiasMemberships(),
    PupilMeasures("pupil-census"),
    PupilMeasures("pupil-absence"),
    PupilMeasures("pupil-ks2"),
    PupilMeasures("pupil-ks4"),
)
KINDS: Final[Mapping[str, Kind]] = {kind.code: kind for kind in _KINDS}


def is_dated(kind: str) -> bool:
    """Tell whether a row of this kind speaks for the file's date: the same row in another file is another fact."""
    return any(entry["code"] == kind and entry.get("dated", False) for entry in load("import_kinds"))


def known_codes() -> list[str]:
    """Return the codes of all kinds of file that are known of, loaded here or not."""
    return [str(entry["code"]) for entry in load("import_kinds")]
