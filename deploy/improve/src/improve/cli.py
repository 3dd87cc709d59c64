"""The command line `improve`: load official files, assess, match, and explain, against any deployment."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from improve.client import Api, Deployment
from improve.errors import CommandError, UsageError
from improve.explain import explain_match, explain_school
from improve.fetching import fetch, read_sources
from improve.kinds import checked_kind, kinds
from improve.loading import load, load_one
from improve.local.services import SERVICES
from improve.local.token import token_for
from improve.manifest import Entry, read_manifest
from improve.mis import app as mis
from improve.runs import SCHEMES, assess, match
from improve.tour import tour

INTERRUPTED = 130

app = typer.Typer(name="improve", help=__doc__, add_completion=False, pretty_exceptions_enable=False)
explain = typer.Typer(help="Say in words why something came out as it did.")
app.add_typer(explain, name="explain")
app.add_typer(mis, name="mis")


@app.callback()
def _options(
    context: typer.Context,
    inspection_url: Annotated[
        str | None, typer.Option(envvar="IMPROVE_INSPECTION_URL", help="inspection's URL")
    ] = None,
    triage_url: Annotated[str | None, typer.Option(envvar="IMPROVE_TRIAGE_URL", help="triage's URL")] = None,
    brokering_url: Annotated[str | None, typer.Option(envvar="IMPROVE_BROKERING_URL", help="brokering's URL")] = None,
    token: Annotated[str | None, typer.Option(envvar="IMPROVE_TOKEN", help="access token; made here if local")] = None,
) -> None:
    """Load official files, assess, match, and explain, on this machine or against any deployment."""
    urls = {"inspection": inspection_url, "triage": triage_url, "brokering": brokering_url}
    context.obj = lambda own=None: Deployment.at(urls, own or token)


def _deployment(context: typer.Context) -> Deployment:
    deployment: Deployment = context.obj()
    return deployment


def _say(text: str) -> None:
    print(text, flush=True)


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@app.command("load")
def _load(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="a folder with a manifest.csv, or one file")],
    kind: Annotated[str | None, typer.Option(help=f"of the one file: {', '.join(kinds())}")] = None,
    as_at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the date the one file speaks for")
    ] = None,
) -> None:
    """Load official files as they are: all that a folder's manifest lists, or one.

    In a folder a kind that is not supported yet is passed over; for one file that is an error."""
    if source.is_dir():
        if kind or as_at:
            raise UsageError("--kind and --as-at go with one file; a folder's manifest.csv says them itself")
        entries = read_manifest(source)
        load(_deployment(context), entries, _say, _complain)
    else:
        entry = _single(source, kind, as_at)
        load_one(_deployment(context), entry, _say)


def _single(source: Path, kind: str | None, as_at: datetime | None) -> Entry:
    if not source.is_file():
        raise UsageError(f"there is no file or folder {source}")
    if kind is None:
        raise UsageError(f"say what {source.name} is: --kind, one of {', '.join(kinds())}")
    return Entry(source, checked_kind(kind), as_at.date() if as_at else None)


@app.command("fetch")
def _fetch(
    source: Annotated[
        list[str] | None, typer.Option(help="a kind of file; may be repeated; all with a known address unless told")
    ] = None,
    out: Annotated[Path, typer.Option(help="the folder they go to, with a manifest.csv for `improve load`")] = Path(
        "official"
    ),
    addresses: Annotated[
        Path | None, typer.Option(help="a YAML file of addresses by kind, where those that come with this have moved")
    ] = None,
) -> None:
    """Download official files from where they are published, as far as the network allows."""
    if addresses is not None and not addresses.is_file():
        raise UsageError(f"there is no file {addresses}")
    fetch(read_sources(addresses, source or []), out, datetime.now(UTC).date(), _say, _complain)


@app.command("assess")
def _assess(
    context: typer.Context,
    scheme: Annotated[
        list[str] | None, typer.Option(help=f"may be repeated; {' and '.join(SCHEMES)} unless told")
    ] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the evidence as of this date")] = None,
) -> None:
    """Assess every school in England under one or more schemes."""
    assess(_deployment(context).triage, scheme or SCHEMES, as_of.date() if as_of else None, _say)


@app.command("round")
def _round(context: typer.Context) -> None:
    """Match schools that need support with system leaders, as well as can be."""
    match(_deployment(context).brokering, _say)


@explain.command("school")
def _explain_school(context: typer.Context, urn: Annotated[int, typer.Argument(help="the school's URN")]) -> None:
    """Say why a school is proposed for its tier and route."""
    for line in explain_school(_deployment(context), urn):
        _say(line)


@explain.command("match")
def _explain_match(
    context: typer.Context, identifier: Annotated[str, typer.Argument(help="id of a proposal or of a need")]
) -> None:
    """Say why a leader is proposed for a need, or why none is."""
    for line in explain_match(_deployment(context), identifier):
        _say(line)


@app.command("token")
def _token(
    role: Annotated[str, typer.Option(help="dfe, regional-director, trust ...")],
    org: Annotated[
        str | None, typer.Option(help="trust:<uid>, la:<code>, school:<urn>, partner:<id>, leader:<id>")
    ] = None,
    regions: Annotated[str | None, typer.Option(help="separated by commas")] = None,
) -> None:
    """Print an access token for the platform on this machine, and nothing else."""
    _say(token_for(role, org, regions))


@app.command("tour")
def _tour(context: typer.Context) -> None:
    """Show what the platform knows: evidence, tiers by region, one school and one match explained."""
    tour(_deployment(context))


@app.command("status")
def _status(context: typer.Context) -> None:
    """Say of each service whether it is ready; exit status 0 only if all are."""
    deployment = _deployment(context)
    behind = [api.name for api in _apis(deployment) if not _is_ready(api)]
    if behind:
        raise CommandError(f"not ready: {', '.join(behind)}")


def _apis(deployment: Deployment) -> list[Api]:
    return [getattr(deployment, service.name) for service in SERVICES]


def _is_ready(api: Api) -> bool:
    try:
        api.send("GET", "/readyz")
    except CommandError as error:
        _say(f"{api.name:<12}{api.base_url:<28}{error}")
        return False
    _say(f"{api.name:<12}{api.base_url:<28}ready")
    return True


def main() -> None:
    """Run the command line: what goes wrong is one clear line on stderr and a non-zero exit status."""
    try:
        status = app(sys.argv[1:] or ["--help"], prog_name="improve", standalone_mode=False)
    except CommandError as error:
        _complain(f"improve: {error}")
        sys.exit(error.status)
    except typer.TyperException as error:
        _complain(f"improve: {error.format_message()} (improve --help tells more)")
        sys.exit(error.exit_code)
    except KeyError as error:
        _complain(f"improve: an answer lacks the field {error}: are the services of another version?")
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)
