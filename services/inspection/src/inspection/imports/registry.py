"""The kinds of file that are loaded here."""

from collections.abc import Mapping
from typing import Final

from inspection.data import load
from inspection.imports.kinds.groups import GiasGroups
from inspection.imports.kinds.links import GiasLinks
from inspection.imports.kinds.locations import GiasLocations
from inspection.imports.kinds.model import Kind
from inspection.imports.kinds.ofsted.kind import OfstedLatestInspections
from inspection.imports.kinds.outcomes import OfstedOutcomes

KINDS: Final[Mapping[str, Kind]] = {
    kind.code: kind
    for kind in (OfstedLatestInspections(), OfstedOutcomes(), GiasGroups(), GiasLinks(), GiasLocations())
}


def known_codes() -> list[str]:
    """Return the codes of all kinds of file that are known of, loaded here or not."""
    return [str(entry["code"]) for entry in load("import_kinds")]
