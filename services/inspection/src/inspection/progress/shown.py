"""Progress data as it is shown: small cells hidden, with all that would give them away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor
from typing import Any, Final

from inspection.dashboards.figures import Cell, leaves_no_few, tells_absentees
from inspection.dashboards.measures import SCHOOL, Measure, measures, roll_may_be, threshold
from inspection.domain.progress import ROLL, VALUE, Entry, Rule, roll_of, whole_of
from inspection.domain.suppression import ROLL_FAMILY, Family, Figure, Hidden, Interval, Told, hide, pupils_of

SUPPRESSED: Final = "suppressed"
PUPILS: Final = "pupils"
MEAN: Final = "mean"

Document = dict[str, Any]


@cache
def rules() -> Mapping[str, Rule]:
    """Return the measures that schools supply, in their order."""
    own = [measure for measure in measures().values() if measure.source == SCHOOL]
    return {each.code: _rule(rank, each) for rank, each in enumerate(own)}


def _rule(rank: int, measure: Measure) -> Rule:
    return Rule(
        measure.code,
        rank,
        measure.unit,
        measure.lowest,
        measure.highest,
        measure.of,
        measure.base,
        measure.family,
        measure.relation,
    )


def entries_of(stored: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return stored measures as entries, in the order of the measures, each figure with the decimals of its measure."""
    known = [each for each in stored if each["code"] in rules()]
    entries = [Entry(each["code"], _rounded(each), each["cohort"], each["status"]) for each in known]
    return sorted(entries, key=lambda entry: rules()[entry.code].rank)


def _rounded(stored: Mapping[str, Any]) -> float | None:
    """More decimals than a measure has would tell of the number of pupils that a figure is of."""
    return None if stored["value"] is None else round(float(stored["value"]), measures()[stored["code"]].decimals)


@dataclass(frozen=True, slots=True)
class Official:
    """What official files say of a school beside a term: every roll, and the year's shares of the roll.

    `untold` are the measures of those of the shares that are hidden. `decided`: whether it has shares, or may have
    them, that are decided by its own rolls.
    """

    rolls: Collection[int] = ()
    shares: Sequence[Cell] = ()
    untold: Collection[str] = ()
    decided: bool = True

    def knows(self, roll: int) -> bool:
        """Tell whether official shares of an unknown number of pupils are decided with regard to such a roll."""
        if not self.rolls or not self.decided:
            return True
        least, most = roll_may_be()
        return floor(min(self.rolls) * least) <= roll <= ceil(max(self.rolls) * most)


Beside = Collection[Official]
"""What official files say of a school and of the others of its line."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a school supplied for a term, as it was sent.

    `beside`: what official files said when that was; `since`: what they said later, until the next version was sent.
    """

    measures: Sequence[Mapping[str, Any]]
    beside: Beside = ()
    since: Sequence[Beside] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one school and term, and the families they make up."""

    entries: Sequence[Entry]
    official: Beside = ()

    @property
    def roll(self) -> int | None:
        """The pupils on roll, where they are known."""
        return roll_of(self.entries, rules())

    @property
    def families(self) -> dict[str, Family]:
        """The families by name; the roll is one with the shares counted of it, whether it was sent itself or not."""
        roll = self.roll
        members: dict[tuple[str, int], list[Entry]] = {}
        if roll is not None:
            members[ROLL_FAMILY, roll] = []
        for entry in self.entries:
            if entry.value is None or entry.code == ROLL:
                continue
            rule = rules()[entry.code]
            name = ROLL_FAMILY if rule.base == "roll" else rule.family
            members.setdefault((name, whole_of(rule, entry, roll) or 0), []).append(entry)
        return {name: _family(name, whole, entries) for (name, whole), entries in members.items()}

    def hidden(self, told: Told) -> Hidden:
        """Return what of it must not be shown, with regard to all that earlier versions of the term told."""
        families = self.families
        found = hide(list(families.values()), threshold(), self.roll, told)
        if ROLL_FAMILY in found.wholes or not self._roll_may_be_told(told):
            counted = {figure.code for family in families.values() for figure in family.figures}
            found = Hidden(found.codes | counted | {ROLL}, frozenset(families))
        return Hidden(found.codes | self._giving_away([*families.values()], found, told), found.wholes)

    def _roll_may_be_told(self, told: Told) -> bool:
        """Tell whether a roll may stand beside official shares, and beside what earlier versions counted of these."""
        roll = self.roll
        if roll is None or roll in self._rolls(told):
            return roll is None or all(each.knows(roll) for each in self.official)
        counted = [(measures()[figure.code].among, figure.low) for figure in told.figures.get(ROLL_FAMILY, ())]
        return all(
            each.knows(roll)
            and all(
                leaves_no_few(outer._replace(cohort=None), {roll}, count)
                for outer in each.shares
                for among, count in counted
                if among == outer.measure and among not in each.untold
            )
            for each in self.official
        )

    def _giving_away(self, families: Collection[Family], found: Hidden, told: Told) -> set[str]:
        """Return figures that tell of a few beside another one: official, hidden, or of absentees."""
        given = {entry.code: (measures()[entry.code], entry.value) for entry in self.entries if entry.value is not None}
        codes = {code for code, (measure, value) in given.items() if not self._leaves_no_few(measure, int(value), told)}
        wholes = {code: family.whole for family in families if family.name not in found.wholes for code in family.codes}
        for family in families:
            for code in family.others:
                measure, value = given[code]
                if measure.absentees not in found.codes and wholes.get(measure.absentees or "") == wholes.get(code, 0):
                    continue
                may_be = self._whole_may_be(family, measure, found, told)
                if may_be is None or tells_absentees(measure, value, may_be):
                    codes.add(code)
        return codes

    def _whole_may_be(self, family: Family, measure: Measure, found: Hidden, told: Told) -> Interval | None:
        """Return what is known of the whole of a share of sessions or a mean, in pupils; None where it may be a few.

        Whether either is shown must not depend on a whole that is hidden, of which it would tell. Of a mean the
        decimals tell of it too. A whole that is hidden beside others that are told is taken for all that would be.
        """
        if family.name not in found.wholes:
            return family.whole, family.whole
        beside = told.every_whole | {each.whole for name, each in self.families.items() if name not in found.wholes}
        near = _near(family.whole, beside)
        if measure.of == MEAN or not near:
            return None
        least, most = min(near) - threshold() + 1, max(near) + threshold() - 1
        return (least, most) if least >= threshold() else None

    def _rolls(self, told: Told) -> set[int]:
        """Return the rolls that official files and earlier versions told."""
        return {roll for official in self.official for roll in official.rolls} | told.wholes.get(ROLL_FAMILY, set())

    def _leaves_no_few(self, measure: Measure, count: int, told: Told) -> bool:
        """Tell whether a count may stand beside the official ones that hold it: never beside one that is hidden.

        Whether it is shown must not depend on a hidden figure, of which it would tell.
        """
        rolls = self._rolls(told) | (set() if self.roll is None else {self.roll})
        return all(
            measure.among not in official.untold
            and all(leaves_no_few(outer, rolls, count) for outer in official.shares if outer.measure == measure.among)
            for official in self.official
        )

    def shown(self, hidden: Hidden) -> list[Document]:
        """Return the figures as documents, those hidden without value."""
        family_of = {code: family for family in self.families.values() for code in family.codes}
        return [_document(entry, hidden, family_of.get(entry.code)) for entry in self.entries]


def _near(whole: int, told: Collection[int]) -> set[int]:
    """Return the wholes that are few apart from one, and those that are so near to these that it may be beside them."""
    near = {each for each in told if abs(whole - each) < threshold()}
    while more := {each for each in told if any(abs(each - one) < 2 * threshold() for one in near)} - near:
        near |= more
    return near


def _family(name: str, whole: int, entries: Sequence[Entry]) -> Family:
    counted = [entry for entry in entries if rules()[entry.code].of == PUPILS]
    others = tuple(entry.code for entry in entries if rules()[entry.code].of != PUPILS)
    relation = measures()[entries[0].code].relation if entries else "parts"
    return Family(name, whole, relation, tuple(_figure(entry, whole) for entry in counted), others)


def _figure(entry: Entry, whole: int) -> Figure:
    measure, value = measures()[entry.code], entry.value or 0.0
    if measure.unit == PUPILS:
        return Figure(entry.code, int(value), int(value), rules()[entry.code].rank)
    return Figure(entry.code, *pupils_of(value, whole, measure.decimals), rules()[entry.code].rank)


def _plain(entry: Entry) -> float | int | None:
    """Numbers of pupils are whole."""
    return int(entry.value) if entry.value is not None and measures()[entry.code].unit == PUPILS else entry.value


def _document(entry: Entry, hidden: Hidden, family: Family | None) -> Document:
    seen = entry.value is not None and entry.code not in hidden.codes
    cohort_seen = family is not None and family.name not in hidden.wholes and entry.cohort == family.whole
    status = SUPPRESSED if entry.status == VALUE and not seen else entry.status
    return {
        "code": entry.code,
        "value": _plain(entry) if seen else None,
        "cohort": entry.cohort if cohort_seen else None,
        "status": status,
    }


def beside_of(urn: int, stored: Sequence[Mapping[str, Any]]) -> Beside:
    """Return what official files say beside a term of a school, as it is stored: of others of its line, too."""
    return [_official(each, own=each["urn"] == urn) for each in stored]


def _official(stored: Mapping[str, Any], *, own: bool) -> Official:
    shares = stored["shares"] or ()
    cells = [Cell(each["measure"], each["value"], each["cohort"]) for each in shares]
    untold = [each["measure"] for each in shares if not each["told"]]
    return Official(stored["rolls"] or (), cells, untold, decided=own or bool(shares))


def shown_of(row: Mapping[str, Any]) -> list[Document]:
    """Return a version of the database as it is read.

    One that was made before it was kept what stood beside it is taken as if it were made now.
    """
    urn, now = row["urn"], row["now"]
    history = [
        Version(
            each["measures"],
            beside_of(urn, each["beside"] or now),
            [beside_of(urn, state) for state in each["beside_since"]],
        )
        for each in row["history"]
    ]
    last = sum(each["version"] <= row["version"] for each in row["history"])
    return shown(history, beside_of(urn, now), last)


def shown(versions: Sequence[Version], now: Beside = (), last: int | None = None) -> list[Document]:
    """Return the last of a term's versions, or the `last`th, as it is read by anybody who may read it.

    Every version up to it counts, released or not: owner and department read them all, and what they read must not
    give away what the public does not, nor the other way round. What a version tells was decided by what was known when
    it was made: official files that come later may hide more of it, and show nothing more. What they have once hidden
    stays hidden, of this version and of those that follow.
    """
    table, told, before, own, since = Table([]), Told(), Told(), Hidden(), Hidden()
    for version in versions[:last]:
        table, before = Table(entries_of(version.measures), version.beside), told
        own = table.hidden(before)
        since = _hidden_beside(table, version.since, before)
        told = before.after(list(table.families.values()), own, since)
    later = [] if last is None else [each for version in versions[last:] for each in (version.beside, *version.since)]
    return table.shown(own | since | _hidden_beside(table, [*later, now], before))


def _hidden_beside(table: Table, states: Sequence[Beside], told: Told) -> Hidden:
    """Return what is hidden of a version beside any of what official files said after it was made."""
    hidden = Hidden()
    for place, state in enumerate(states):
        if state != table.official and state not in states[:place]:
            hidden |= Table(table.entries, state).hidden(told)
    return hidden
