"""`improve tour`: what the platform knows after a load, through the HTTP APIs alone."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from improve.client import Deployment, Document
from improve.explain import (
    describe_assessment,
    describe_proposal,
    describe_school,
    describe_subject,
    describe_unmatched,
    newest_round,
)
from improve.runs import SCHEMES, describe_round

EXPLAINED_RESULT = "enhanced_support"
NARROWEST = 120  # columns; away from a terminal, and on a narrow one, lines are not folded to fewer

Counts = dict[str, Counter[str]]


def tour(deployment: Deployment) -> None:
    """Show the evidence, the judgement, the response, and where to go on."""
    console = Console(width=max(Console().width, NARROWEST))
    _evidence(deployment, console)
    regions = [region["code"] for region in deployment.inspection.get("/v1/regions")["data"]]
    for scheme in SCHEMES:
        _results_by_region(deployment, console, scheme, regions)
    _one_school(deployment, console)
    _matching(deployment, console)
    _links(deployment, console)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]")


def _plain(console: Console, lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _evidence(deployment: Deployment, console: Console) -> None:
    inspection = deployment.inspection
    _heading(console, "The evidence (inspection)")
    counts = {
        "schools": inspection.count("/v1/schools"),
        "with a report card": inspection.count("/v1/schools", has_report_card="true"),
        "regions": len(inspection.get("/v1/regions")["data"]),
        "local authorities": sum(1 for _ in inspection.pages("/v1/local-authorities")),
        "trusts with schools": inspection.count("/v1/trusts", has_schools="true"),
    }
    _plain(console, [", ".join(f"{count:,} {name}" for name, count in counts.items())])


def _results_by_region(deployment: Deployment, console: Console, scheme: str, regions: Sequence[str]) -> None:
    counts = {region: _results(deployment, scheme, region) for region in regions}
    _heading(console, f"The judgement (triage): proposals under {scheme}, by region")
    console.print(region_table(counts))


def _results(deployment: Deployment, scheme: str, region: str) -> Counter[str]:
    assessments = deployment.triage.stream("/v1/assessments", scheme=scheme, region=region)
    return Counter(str(assessment["result"]) for assessment in assessments)


def region_table(counts: Counts) -> Table:
    """One row a region and one column a result, with sums both ways."""
    total: Counter[str] = sum(counts.values(), Counter())
    results = [result for result, _ in total.most_common()]
    table = Table("region", *(result.replace("_", " ") for result in results), "all", box=box.SIMPLE)
    for column in table.columns:
        column.no_wrap = True
        column.justify = "left" if column is table.columns[0] else "right"
    for region, row in [*counts.items(), ("England", total)]:
        table.add_row(region, *(f"{row[result]:,}" for result in results), f"{row.total():,}")
    return table


def _one_school(deployment: Deployment, console: Console) -> None:
    page = deployment.triage.get("/v1/assessments", scheme=SCHEMES[0], result=EXPLAINED_RESULT, limit=1)["data"]
    if not page:
        return
    urn = page[0]["urn"]
    _heading(console, f"Why one school is proposed for {EXPLAINED_RESULT} (improve explain school {urn})")
    school = deployment.inspection.find(f"/v1/schools/{urn}")
    _plain(console, [describe_school(school)] if school else [f"URN {urn}"])
    _plain(console, describe_assessment(page[0], considered=False))


def _matching(deployment: Deployment, console: Console) -> None:
    _heading(console, "The response (brokering): the newest matching round")
    finished = newest_round(deployment.brokering)
    if finished is None:
        _plain(console, ["no round has been run: `improve round`"])
        return
    _plain(console, [describe_round(finished)])
    path = f"/v1/matching-rounds/{finished['id']}"
    if proposals := deployment.brokering.get(f"{path}/proposals", limit=1)["data"]:
        _heading(console, f"Why one leader is proposed (improve explain match {proposals[0]['id']})")
        _plain(console, describe_proposal(deployment, proposals[0]))
    if unmatched := deployment.brokering.get(f"{path}/unmatched", limit=1)["data"]:
        _unmatched(deployment, console, unmatched[0])


def _unmatched(deployment: Deployment, console: Console, entry: Document) -> None:
    _heading(console, f"Why one need has no leader (improve explain match {entry['need_id']})")
    need = deployment.brokering.get(f"/v1/needs/{entry['need_id']}")
    _plain(console, [f"need: {describe_subject(deployment, need)}; {need['days']:g} days"])
    _plain(console, describe_unmatched(entry))


def _links(deployment: Deployment, console: Console) -> None:
    _heading(console, "Go on")
    apis = (deployment.inspection, deployment.triage, deployment.brokering)
    _plain(console, [f"{api.name + ':':<12}{api.base_url}/docs" for api in apis])
    url = f"{deployment.triage.base_url}/v1/assessments?scheme={SCHEMES[0]}&result={EXPLAINED_RESULT}&region=London"
    _plain(console, [f'curl -H "Authorization: Bearer $(make -s token ROLE=dfe)" "{url}"'])
