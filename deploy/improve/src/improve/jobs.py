"""Following long work of a service to its end."""

import time
from urllib.parse import urlsplit

import httpx

from improve.client import Api, Document
from improve.errors import CommandError
from improve.progress import progress

FIRST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 1.0  # seconds


def follow(api: Api, accepted: httpx.Response, title: str) -> Document:
    """Wait for the job that a 202 answer points to; its document once it has succeeded.

    Raises CommandError with the job's own problem if it failed or was cancelled.
    """
    path = _path_of(api, accepted)
    pause = FIRST_PAUSE
    with progress(title) as update:
        while True:
            job = api.patiently(path)
            state = job["state"]
            if state == "succeeded":
                return job
            if state in ("failed", "cancelled"):
                raise CommandError(f"{title} {state}{_why(job, title)}")
            done = job.get("progress") or {}
            update(done.get("done") or 0, done.get("total"), done.get("step"))
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)


def _path_of(api: Api, accepted: httpx.Response) -> str:
    location = accepted.headers.get("location")
    if not location:
        raise CommandError(f"{api.name} answered {accepted.status_code} without saying where to follow the work")
    return str(urlsplit(location).path)


def _why(job: Document, title: str) -> str:
    problem = job.get("problem") or {}
    detail = problem.get("detail") or problem.get("title")
    told = [str(error.get("detail")) for error in problem.get("errors") or []]
    errors = "; ".join(error for error in told if error not in str(detail))
    return f": {str(detail).removeprefix(f'{title}: ')}" + (f" ({errors})" if errors else "") if detail else ""
