"""`improve load`: official files into the services that own them."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from improve.client import Api, Deployment, Document, ProblemError, UnreachableError
from improve.errors import CommandError
from improve.jobs import follow
from improve.kinds import kinds
from improve.manifest import Entry

NOTES_SHOWN = 5
UNSUPPORTED_STATUSES = (415, 422)

Say = Callable[[str], None]


class UnsupportedKindError(CommandError):
    """The service does not load files of this kind."""


def load(deployment: Deployment, entries: Sequence[Entry], say: Say, complain: Say) -> None:
    """Load a folder's files in order; a kind that is not supported yet is named and passed over.

    A file that fails does not keep the rest from loading: raises CommandError at the end then.
    """
    failed = []
    for entry in entries:
        try:
            load_one(deployment, entry, say)
        except UnreachableError:
            raise
        except UnsupportedKindError as passed:
            say(f"{entry.path.name}: passed over, {passed}")
        except CommandError as error:
            complain(f"{entry.path.name}: {str(error).removeprefix(f'{entry.path.name} ')}")
            failed.append(entry.path.name)
    if failed:
        raise CommandError(f"{len(failed)} of {len(entries)} files were not loaded: {', '.join(failed)}")


def load_one(deployment: Deployment, entry: Entry, say: Say) -> None:
    """Load one file and account for its rows; raises CommandError if it is not loaded, whatever the reason."""
    began = time.monotonic()
    if kinds()[entry.kind] == deployment.brokering.name:
        text = _load_leaders(deployment.brokering, entry)
    else:
        text = _import(deployment.inspection, entry)
    say(f"{entry.path.name} ({entry.kind}, {time.monotonic() - began:.1f} s): {text}")


def _load_leaders(api: Api, entry: Entry) -> str:
    answer = api.post(
        "/v1/leaders/batches",
        params={"as_at": entry.as_at.isoformat()} if entry.as_at else {},
        content=entry.path.read_bytes(),
        headers={
            "Content-Type": "text/csv",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(entry.path.name)}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    ).json()
    refused = [row for row in answer["data"] if row["errors"]]
    return _fates("received", answer["counts"]) + _listed([_refusal(row) for row in refused], "more rows refused")


def _refusal(row: Document) -> str:
    return " ".join(error["detail"] for error in row["errors"])


def _fates(total: str, counts: Document) -> str:
    fates = [name for name in ("created", "changed", "unchanged", "rejected") if name in counts]
    return f"read {counts[total]:,} = " + " + ".join(f"{name} {counts[name]:,}" for name in fates)


def _listed(notes: Sequence[str], more: str) -> str:
    """A few notes, one a line, and how many there are beyond them."""
    lines = [f"\n  {note}" for note in notes[:NOTES_SHOWN]]
    if len(notes) > NOTES_SHOWN:
        lines.append(f"\n  and {len(notes) - NOTES_SHOWN} {more}")
    return "".join(lines)


def _import(api: Api, entry: Entry) -> str:
    form = {"kind": entry.kind, **({"as_at": entry.as_at.isoformat()} if entry.as_at else {})}
    with entry.path.open("rb") as file:
        try:
            accepted = api.post(
                "/v1/imports",
                data=form,
                files={"file": (entry.path.name, file, "text/csv")},
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
        except ProblemError as error:
            if error.http_status in UNSUPPORTED_STATUSES and error.concerns("kind"):
                raise UnsupportedKindError(f"the kind {entry.kind} is not supported yet") from error
            raise
    return reconciliation(follow(api, accepted, entry.path.name))


def reconciliation(job: Document) -> str:
    """One line that accounts for every row, and the first warnings beneath it."""
    rows = job["rows"]
    header = job.get("header") or {}
    notes = [f"columns {what}: {', '.join(header[what])}" for what in ("missing", "unknown") if header.get(what)]
    if rows.get("rejected"):
        notes.append(f"the rejected rows: GET /v1/imports/{job['id']}/rejections")
    notes += [_warning(warning) for warning in job.get("warnings") or []]
    return _fates("read", rows) + _listed(notes, f"more: GET /v1/imports/{job['id']}")


def _warning(warning: Any) -> str:
    if not isinstance(warning, dict):
        return str(warning)
    count = f" ({warning['count']:,})" if isinstance(warning.get("count"), int) else ""
    return f"{warning.get('text') or warning.get('detail') or warning.get('code')}{count}"
