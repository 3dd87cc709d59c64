"""Brings the package's policy versions into the database, and refuses to run on ones that were changed."""

from sqlalchemy import Connection

from triage.domain.errors import PolicyInvalid
from triage.policies import repository
from triage.policies.documents import content_hash, packaged


def load_packaged(connection: Connection) -> int:
    """Add the versions the database lacks; return how many.

    Raises:
        PolicyInvalid: a version that the database holds has other content here. Versions never change: make a new one.
    """
    held = repository.hashes(connection)
    added = 0
    for document in packaged():
        key = (document["scheme"], document["version"])
        found = content_hash(document)
        if key not in held:
            repository.add(connection, document, found)
            added += 1
        elif held[key] != found:
            raise PolicyInvalid(key[0], f"version {key[1]} is in the database with other content")
    return added
