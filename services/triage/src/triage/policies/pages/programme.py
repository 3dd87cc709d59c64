"""A version of a programme of support as a page."""

from collections.abc import Iterator, Mapping
from typing import Any

from triage.domain.differing import flat
from triage.policies.pages import page_of, value_words
from triage.policies.pages.markup import Html, bullets, table, tag
from triage.policies.pages.version import values_of

Document = Mapping[str, Any]

_ROUTES: Mapping[str, str] = {"school": "Schools", "trust": "Trusts", "any": "Any case"}


def programme_page(version: Document) -> str:
    """A version in full: each criterion in a sentence with its values, what was assumed, every parameter."""
    title = f"{version['title']}: {version['scheme']}, version {version['version']}"
    return page_of(title, *_about(version), *_rest(version))


def _about(version: Document) -> Iterator[Html]:
    source = version["source"]
    yield tag("p", f"Source: {source['name']}. {source.get('note') or ''}".strip())
    yield tag(
        "p", "Eligibility is reckoned for the day that is asked for; the source names no day of coming into force."
    )
    yield tag("h2", "Criteria")
    rows = [[_ROUTES[each["route"]], each["sentence"], values_of(each)] for each in version["rules"]]
    yield table("Criteria", ("For", "Criterion", "Parameters"), rows)
    yield tag("h2", "Assumptions")
    yield bullets(version["assumptions"].values())


def _rest(version: Document) -> Iterator[Html]:
    if version["tiers"]:
        yield tag("h2", "Tiers")
        rows = [[str(each["tier"]), str(each["days"]), f"£{each['up_to_pounds']:,}"] for each in version["tiers"]]
        yield table("What each tier brings", ("Tier", "Days", "Up to"), rows)
    yield tag("h2", "Results")
    yield table(
        "Results", ("Result", "Code"), [[each["label"], tag("code", each["code"])] for each in version["results"]]
    )
    yield tag("h2", "Every parameter")
    values = flat(version["parameters"]).items()
    yield table("Parameters", ("Parameter", "Value"), [[tag("code", path), value_words(each)] for path, each in values])
    yield tag("p", "Hash of the document (SHA-256): ", tag("code", version["content_hash"]))
