"""The scopes this service asks for: one per resource and verb."""

from typing import Final

SCHOOLS_READ: Final = "schools:read"
INSPECTIONS_READ: Final = "inspections:read"
INSPECTIONS_WRITE: Final = "inspections:write"
INSPECTIONS_PUBLISH: Final = "inspections:publish"
IMPORTS_READ: Final = "imports:read"
IMPORTS_WRITE: Final = "imports:write"
FACTS_READ: Final = "facts:read"
CHANGES_READ: Final = "changes:read"
PROGRESS_READ: Final = "progress:read"
PROGRESS_WRITE: Final = "progress:write"
PROGRESS_RELEASE: Final = "progress:release"
PROGRESS_DELEGATE: Final = "progress:delegate"
