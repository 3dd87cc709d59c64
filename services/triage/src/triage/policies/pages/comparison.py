"""What differs between two versions, as a page."""

from collections.abc import Iterator, Mapping
from typing import Any

from triage.policies.pages import page_of, standing, value_words
from triage.policies.pages.markup import Html, bullets, joined, table, tag

Document = Mapping[str, Any]

_CHANGES: Mapping[str, str] = {"added": "Added", "removed": "No longer there", "changed": "Changed"}


def comparison_page(document: Document) -> str:
    """The values that differ, and the sentences of the rules that change."""
    before, after = document["before"], document["after"]
    title = f"{document['scheme']}: version {before['version']} and version {after['version']}"
    return page_of(title, *_versions(document["scheme"], before, after), *_values(document), *_rules(document))


def _versions(scheme: str, *versions: Document) -> Iterator[Html]:
    for version in versions:
        href = f"/v1/policies/{scheme}/versions/{version['version']}"
        yield tag("p", tag("a", f"Version {version['version']}", href=href), f": {standing(version)}")


def _heads(document: Document) -> tuple[str, str]:
    return f"In version {document['before']['version']}", f"In version {document['after']['version']}"


def _values(document: Document) -> Iterator[Html]:
    yield tag("h2", "Values that change")
    changes = [*document["parameters"], *document["others"]]
    if not changes:
        yield tag("p", "None.")
        return
    yield table(
        "Parameters and other parts of the document",
        ("Parameter", *_heads(document), "Rules that go by it"),
        [_value(each) for each in changes],
    )


def _value(change: Document) -> list[Html | str]:
    rules = [tag("code", each) for each in change.get("rules", ())]
    sides = [value_words(change[side]) for side in ("before", "after")]
    return [tag("code", change["path"]), *sides, bullets(rules) if rules else "none"]


def _rules(document: Document) -> Iterator[Html]:
    yield tag("h2", "Rules that change")
    rows = [_rule(each) for each in document["rules"]]
    rows += [[tag("code", each["id"]), "Changed", each["before"], each["after"]] for each in document["readings"]]
    if rows:
        yield table("Rules", ("Rule", "Change", *_heads(document)), rows)
    else:
        yield tag("p", "None.")
    order = document["order"]
    if order is not None:
        yield tag("p", "The rules are tried in another order.")
        sides = [", ".join(order[side]) for side in ("before", "after")]
        yield table("Order", ("", *_heads(document)), [["Rules of both versions", *sides]])


def _rule(change: Document) -> list[Html | str]:
    words = _CHANGES[change["change"]]
    differs = f"{words}: {', '.join(change['differs'])}" if change["differs"] else words
    return [tag("code", change["id"]), differs, *[_side(change[side]) for side in ("before", "after")]]


def _side(rule: Document | None) -> Html | str:
    if rule is None:
        return "not there"
    effect = rule["proposes"] or rule["flags"] or rule["warns"]
    return joined([f"{rule['sentence']} → ", tag("code", effect)])
