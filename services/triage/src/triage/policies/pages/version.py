"""A version of a scheme as a page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triage.domain.differing import flat
from triage.policies.pages import page_of, standing, value_words
from triage.policies.pages.markup import Html, bullets, joined, table, tag

Document = Mapping[str, Any]


def version_page(version: Document) -> str:
    """A version in full: how it stands, how it reads the evidence, each rule in a sentence, every parameter."""
    results = {each["code"]: each["label"] for each in version["results"]}
    title = f"{version['title']}: {version['scheme']}, version {version['version']}"
    return page_of(title, *_about(version), *_rules(version, results), *_rest(version))


def _about(version: Document) -> Iterator[Html]:
    yield tag("p", tag("strong", standing(version)))
    yield from [tag("p", f"Warning: {each['detail']}") for each in version["cautions"]]
    yield tag("p", version["description"])
    for step in version["steps"]:
        yield tag("p", f"{step['step'].capitalize()} by {step['taken_role']} ({step['taken_by']}): {step['reason']}")
    source = version["source"]
    yield tag("p", f"Source: {source['name']}. {source.get('note') or ''}".strip())
    if version["version"] > 1:
        before = f"/v1/policies/{version['scheme']}/versions/{version['version'] - 1}"
        yield tag(
            "p",
            tag("a", f"Version {version['version'] - 1}", href=before),
            " · ",
            tag("a", "What this version changes", href=f"{before}/comparison/{version['version']}"),
        )
    yield tag("h2", "How the evidence is read")
    yield bullets([each["sentence"] for each in version["readings"]])


def _rules(version: Document, results: Mapping[str, str]) -> Iterator[Html]:
    yield tag("h2", "Rules")
    rows = [each for each in version["rules"] if each["kind"] == "rule"]
    header = ("Step", "Rule", "What it leads to", "Parameters")
    yield table("Rules in the order in which they are tried", header, [_row(each, version, results) for each in rows])
    yield tag("h2", "Flags")
    flags = [each for each in version["rules"] if each["kind"] == "flag"]
    yield tag("p", "Flags are set beside the result and never change it.")
    yield table("Flags", ("Flag", "When it is set", "Parameters"), [_flag(each) for each in flags])


def _row(rule: Document, version: Document, results: Mapping[str, str]) -> list[Html | str]:
    return [rule["step"], rule["sentence"], bullets(effects(rule, version["warnings"], results)), values_of(rule)]


def _flag(rule: Document) -> list[Html | str]:
    return [tag("code", rule["flags"]), rule["sentence"], values_of(rule)]


def effects(rule: Document, warnings: Mapping[str, str], results: Mapping[str, str]) -> list[str]:
    """What a rule leads to, in words."""
    said = [f"Proposes: {results.get(rule['proposes'], rule['proposes'])}"] if rule["proposes"] else []
    said += [f"Warns: {warnings.get(rule['warns'], rule['warns'])}"] if rule["warns"] else []
    said += ["No later rule is tried"] if rule["ends_the_run"] else []
    return said + (["Tried only while nothing has been proposed"] if rule["only_while_open"] else [])


def values_of(rule: Document) -> Html | str:
    """The parameters a rule goes by with their values."""
    found = flat(rule["parameters"])
    return (
        bullets([joined([tag("code", path), f": {value_words(value)}"]) for path, value in found.items()])
        if found
        else "none"
    )


def _rest(version: Document) -> Iterator[Html]:
    yield tag("h2", "Results")
    ranked: Sequence[Document] = sorted(version["results"], key=lambda each: each["rank"])
    yield table(
        "Results, from the least to the most intervention",
        ("Result", "Code", "Rank"),
        [[each["label"], tag("code", each["code"]), str(each["rank"])] for each in ranked],
    )
    extra = {name: version[name] for name in ("support_months", "decision") if version[name] is not None}
    yield tag("h2", "Every parameter")
    yield table(
        "Parameters",
        ("Parameter", "Value"),
        [[tag("code", path), value_words(value)] for path, value in flat({**version["parameters"], **extra}).items()],
    )
    yield tag("p", "Hash of the document (SHA-256): ", tag("code", version["content_hash"]))
