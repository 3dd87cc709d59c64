"""Brings the package's versions into the database, and refuses to run on ones that were changed."""

from sqlalchemy import Connection

from triage.procedure import repository
from triage.procedure.documents import packaged


class ProcedureChanged(ValueError):
    """A version that the database holds has other content here. Versions never change: make a new one."""


def load_procedure(connection: Connection) -> int:
    """Add the versions the database lacks; return how many.

    Raises:
        ProcedureChanged: a version that the database holds has other content here.
    """
    held = repository.hashes(connection)
    added = 0
    for kind, document, content_hash in packaged():
        key = (kind, document["version"])
        if key not in held:
            repository.add(connection, kind, document, content_hash)
            added += 1
        elif held[key] != content_hash:
            raise ProcedureChanged(f"{kind} version {document['version']} is in the database with other content")
    return added
