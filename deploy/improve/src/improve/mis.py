"""`improve mis`: a management information system's client, from its registration to a term read back."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import typer

from improve.client import Api, Document
from improve.errors import CommandError, UsageError
from improve.local.clients import check_id, register
from improve.local.home import Home
from improve.local.keys import mint
from improve.local.roles import registry

BATCHES = "/v1/progress-data/batches"
ID, SECRET, TOKEN_URL = "IMPROVE_CLIENT_ID", "IMPROVE_CLIENT_SECRET", "IMPROVE_TOKEN_URL"
MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json"}
REFUSED_SHOWN = 20
TIMEOUT_SECONDS = 30.0

Say = Callable[[str], None]

app = typer.Typer(help="A management information system's client: register it, push a term, read it back.")


def _inspection(context: typer.Context, token: str | None) -> Api:
    api: Api = context.obj(token).inspection
    return api


def _as_client(context: typer.Context) -> Api:
    token = client_token()
    if token is None and not context.find_root().params["token"]:
        raise UsageError(
            f"no client is named: set {ID} and {SECRET}, which `improve mis register` prints, or give --token"
        )
    return _inspection(context, token)


@app.command("register")
def _register(
    context: typer.Context,
    client_id: str,
    trust: str = typer.Option(help="UID of the trust that lets the client in"),
) -> None:
    """Register a client with the development issuer, and let the trust's schools' data in its hands."""
    token = mint(Home.find(), registry().claims("trust", f"trust:{trust}"))
    for line in registered(_inspection(context, token), client_id, trust):
        print(line, flush=True)


def registered(api: Api, client_id: str, trust: str) -> Iterator[str]:
    """Register a client and let it in; yields what its operator needs, ready for a shell."""
    check_id(client_id)
    api.send("PUT", f"/v1/trusts/{trust}/data-clients/{client_id}")  # first: for no such trust no client is made
    secret = register(Home.find(), client_id)
    yield f"export {ID}={client_id}"
    yield f"export {SECRET}={secret}"
    yield f"export {TOKEN_URL}={_local_token_url()}"


@app.command("push")
def _push(context: typer.Context, file: Path) -> None:
    """Push terms from a CSV or JSON file; the client is named by the environment, as `register` prints it."""
    push(_as_client(context), file, _say)


def push(api: Api, file: Path, say: Say) -> None:
    """Send a file as one batch and account for its rows; raises CommandError where one was refused."""
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None or not file.is_file():
        raise UsageError(f"there is no .csv or .json file {file}")
    headers = {"Content-Type": media_type, "Idempotency-Key": str(uuid.uuid4())}
    batch: Document = api.post(BATCHES, content=file.read_bytes(), headers=headers).json()
    counts = batch["counts"]
    fates = " + ".join(f"{fate} {counts[fate]:,}" for fate in ("created", "changed", "unchanged", "rejected"))
    say(f"received {counts['received']:,} = {fates}")
    refused = [row for row in batch["data"] if row["errors"]]
    for row in refused[:REFUSED_SHOWN]:
        say(
            f"  row {row['row']}: " + "; ".join(f"{each['pointer']} {each['detail']}".strip() for each in row["errors"])
        )
    if refused:
        raise CommandError(f"{len(refused)} rows were refused: GET {BATCHES}/{batch['id']}/rejections")


@app.command("show")
def _show(context: typer.Context, urn: int, period: str) -> None:
    """Show a school's term as it is read back, such as 2025-26-autumn."""
    for line in shown(_as_client(context), urn, period):
        _say(line)


def shown(api: Api, urn: int, period: str) -> Iterator[str]:
    """Yield a school's term line by line."""
    data = api.get(f"/v1/schools/{urn}/progress-data/{period}")
    released = f"released on {data['released_on']}" if data["released_on"] else "private"
    yield f"{urn}, {period}, version {data['version']}, {released}"
    for each in data["measures"]:
        value = each["status"] if each["value"] is None else f"{each['value']:g}"
        of = "" if each["cohort"] is None else f" of {each['cohort']}"
        yield f"  {each['code']:<22}{value}{of}"


def client_token() -> str | None:
    """Return a token by client credentials for the client that the environment names, None where it names none."""
    client_id, secret = os.environ.get(ID), os.environ.get(SECRET)
    if not client_id or not secret:
        return None
    url = os.environ.get(TOKEN_URL) or _local_token_url()
    try:
        answer = httpx.post(
            url, data={"grant_type": "client_credentials"}, auth=(client_id, secret), timeout=TIMEOUT_SECONDS
        )
    except httpx.TransportError as error:
        raise CommandError(f"the token issuer does not answer at {url}") from error
    if answer.is_error:
        raise CommandError(f"the token issuer refused {client_id}: {answer.status_code} {answer.text}")
    return str(answer.json()["access_token"])


def _local_token_url() -> str:
    for process in Home.find().read_state().get("processes", []):
        if process["name"] == "issuer" and process["port"]:
            return f"http://127.0.0.1:{process['port']}/oauth2/token"
    raise CommandError("the token issuer of this machine does not run (`make up`)")


def _say(text: str) -> None:
    print(text, flush=True)
