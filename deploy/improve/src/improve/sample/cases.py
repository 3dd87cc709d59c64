"""Schools made by hand: each one a case the rules or the importers must get right. They head every generated set."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from .data import place_of
from .histories import History
from .model import NULL, Link, School, Stay, Visit
from .schools import Drawing, with_history

EARLIER = dt.date(2017, 3, 14)


class Cases:
    """Builds the hand-made schools out of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def all(self) -> tuple[list[School], list[Link]]:
        """The hand-made schools and the links between some of them."""
        linked, links = self._linked()
        schools = [*self._dates(), *self._grades(), *self._cards(), *self._register(), *self._hard_to_match()]
        return [*schools, *linked], links

    def _older(
        self,
        on: dt.date,
        overall: str,
        grades: str,
        *,
        kind: str = "Community School",
        phase: str = "Primary",
        authority: str = "Leeds",
        before: str | None = "2",
        safe: str = "Yes",
        category: str = NULL,
    ) -> School:
        school = self._drawing.school(phase=phase, kind=kind, place=place_of(authority))
        make = self._drawing.histories(phase)
        earlier = (make.older(EARLIER, before, f"999{before}", safe="9"),) if before else ()
        return with_history(school, History((make.older(on, overall, grades, safe=safe, category=category), *earlier)))

    def _card(self, on: dt.date, grades: str, *, safe: str = "Met", category: str = NULL, before: str = "2",
              authority: str = "Norfolk", phase: str = "Primary") -> School:  # fmt: skip
        school = self._older(dt.date(2022, 5, 10), before, f"{before}222", authority=authority, phase=phase)
        make = self._drawing.histories(phase)
        return replace(school, card=make.report(on, grades, safe=safe, category=category))

    def plain(self, count: int) -> list[School]:
        """Schools with one ordinary inspection."""
        return [self._older(dt.date(2023, 4, 18), "2", "2222", authority="Sheffield") for _ in range(count)]

    def card_of(self, on: dt.date) -> Visit:
        """An ordinary report card."""
        return self._drawing.histories("Primary").report(on, "XXXXXX")

    def _dates(self) -> list[School]:
        """Both sides of each border between frameworks, and the two errors at the border of 2 September 2024."""
        out_of_order = self._older(dt.date(2022, 11, 8), "2", "2222", before="3")
        same_day = self._older(dt.date(2023, 6, 13), "2", "2222")
        visit = self._drawing.histories("Primary").visit(
            dt.date(2023, 6, 13), "School remains Good (Concerns) - S5 Next"
        )
        return [
            self._older(dt.date(2019, 7, 9), "3", "9993"), self._older(dt.date(2019, 9, 3), "2", "2222"),
            self._older(dt.date(2024, 9, 1), "3", "3222"), self._older(dt.date(2024, 9, 2), "Not judged", "2222"),
            self._older(dt.date(2024, 9, 3), "Not judged", "3222"), self._older(dt.date(2024, 9, 24), "2", "3232"),
            self._older(dt.date(2024, 6, 12), "Not judged", "2223"),
            self._card(dt.date(2025, 11, 10), "XXXXXX"), self._card(dt.date(2025, 11, 11), "XNXXXX"),
            replace(out_of_order, older=out_of_order.older[::-1]), replace(same_day, ungraded=(visit,)),
        ]  # fmt: skip

    def _grades(self) -> list[School]:
        """Older inspections that only one rule, or none, catches."""
        unknown = self._older(dt.date(2025, 2, 4), "Not judged", "9222", before=None)
        notice = self._older(dt.date(2011, 5, 17), "4", "9994", before=None, safe="9", category="NTI")
        young = self._older(dt.date(2025, 1, 14), "Not judged", "2222")
        worse = replace(young.older[0], grades=(*young.older[0].grades[:4], "4", "9"))
        stuck = self._older(dt.date(2023, 3, 7), "3", "3323", before="3", kind="Academy Sponsor Led", authority="Kent")
        severe = self._older(
            dt.date(2023, 1, 17), "4", "4444", category="SM", kind="Academy Converter", authority="Derby"
        )
        return [
            unknown, notice, replace(young, older=(worse, *young.older[1:])),
            self._older(dt.date(2023, 10, 3), "2", "2222", safe="No", authority="Bristol"),
            self._older(dt.date(2024, 3, 12), "4", "4433", category="SM", safe="No", authority="Walsall"),
            self._older(dt.date(2025, 3, 11), "Not judged", "4434", category="SM", authority="Wigan"),
            self._drawing.under_former_urn(stuck), self._drawing.under_former_urn(severe),
        ]  # fmt: skip

    def _cards(self) -> list[School]:
        """Report cards: names of the consultation stage, a category nobody stored, each category, stuck."""
        consulted = self._card(dt.date(2025, 12, 2), "XXXXXX")
        words = ("Secure", "Attention needed", "Strong", "Secure", "Exemplary", "Secure", "Secure", "Not applicable")
        card = consulted.card and replace(consulted.card, grades=words)
        return [
            replace(consulted, card=card), self._card(dt.date(2026, 1, 20), "XXUXXX", authority="Suffolk"),
            self._card(dt.date(2026, 2, 3), "NNUNNU", category="SM", safe="Not met", authority="Essex"),
            self._card(dt.date(2026, 2, 10), "NUNNXN", category="RSI", authority="Medway"),
            self._card(dt.date(2026, 3, 3), "XNNXXN", before="3", authority="Somerset"),
            self._card(dt.date(2026, 3, 10), "XXXNXX", authority="Camden"),
        ]  # fmt: skip

    def single_causes(self) -> list[School]:
        """Schools whose tier or route hangs on one grade alone. They come last, so that the others stay as they are."""
        weak = self._older(
            dt.date(2023, 2, 14), "4", "4333", category="SWK", kind="Academy Converter", authority="Dudley"
        )
        safe = self._older(dt.date(2025, 5, 13), "Not judged", "2222", authority="Oxfordshire", safe="No")
        return [
            self._card(dt.date(2026, 1, 6), "XXNXXX", authority="Bury"),
            self._card(dt.date(2026, 1, 13), "XXXXXN", authority="Kent"),
            self._card(dt.date(2026, 1, 20), "NXXNNX", authority="Durham"),
            self._card(dt.date(2026, 2, 24), "XXXXXX", safe="Not met", authority="Derbyshire"),
            self._older(dt.date(2025, 3, 18), "Not judged", "3222", authority="Surrey"),
            self._older(dt.date(2025, 3, 25), "Not judged", "2243", authority="Harrow"),
            self._older(dt.date(2025, 4, 1), "Not judged", "2332", authority="Merton"),
            safe, self._drawing.under_former_urn(weak),
            self._older(dt.date(2025, 4, 8), "Not judged", "3423", before="3", authority="Torbay"),
        ]  # fmt: skip

    def _register(self) -> list[School]:
        """Relates-to left blank, a correction, no trust, a body of the kind `other`, never inspected."""
        blank = self._older(dt.date(2021, 11, 9), "3", "3222", authority="Cornwall", kind="Academy Converter")
        told = replace(blank.older[0], relates=NULL, urn_then=str(blank.urn - 90_000))
        assumed = self._older(dt.date(2022, 2, 8), "2", "2222")
        nothing = replace(assumed.older[0], relates=NULL, urn_then=NULL)
        corrected = self._older(dt.date(2024, 5, 14), "3", "3222", authority="Devon")
        first = corrected.older[0]
        better = replace(first, overall="2", grades=("2", *first.grades[1:]))
        no_number = self._older(dt.date(2018, 5, 15), "2", "9992")
        visit = self._drawing.histories("Primary").visit(dt.date(2024, 11, 5), "Some aspects not as strong")
        alone = self._older(dt.date(2023, 5, 16), "3", "3232", kind="Academy Converter", authority="Dorset")
        return [
            replace(blank, older=(told, *blank.older[1:])), replace(assumed, older=(nothing, *assumed.older[1:])),
            replace(corrected, corrections={first.number: better}),
            replace(no_number, ungraded=(replace(visit, number=NULL),)), replace(alone, trust=None),
            self._older(dt.date(2022, 6, 14), "2", "2222", phase="Special", kind="Non-Maintained Special School"),
            self._older(dt.date(2023, 2, 7), "1", "1111", phase="Secondary", kind="City Technology College"),
            self._drawing.school(phase="Primary", kind="Free School", place=place_of("Luton")),
        ]  # fmt: skip

    def _hard_to_match(self) -> list[School]:
        """Needs that a round cannot meet: too far, no leader of the phase near, more than the leaders near can take."""
        far = self._older(dt.date(2023, 6, 20), "3", "3233", authority="Isles of Scilly", phase="Secondary")
        nursery = self._older(dt.date(2023, 3, 21), "3", "3223", authority="Northumberland", phase="Nursery",
                              kind="LA Nursery School")  # fmt: skip
        crowd = [self._older(dt.date(2025, 1, 14 + at), "Not judged", "3323", authority="Cumberland", phase="Secondary")
                 for at in range(4)]  # fmt: skip
        only = self._older(dt.date(2022, 9, 20), "1", "1111", authority="Cumberland", phase="Secondary")
        led = replace(only, type="Academy Converter", trust=self._drawing.trusts[0])
        hard = (far, nursery, *crowd, led)
        return [replace(school, lat=school.place.lat, lng=school.place.lng) for school in hard]

    def _linked(self) -> tuple[list[School], list[Link]]:
        """A split, a merger, and two schools that each name the other as predecessor."""
        split = [self._older(dt.date(2022, 10, 4), "2", "2222", kind="Academy Converter") for _ in range(2)]
        merged = self._older(dt.date(2023, 9, 26), "2", "2221")
        cycle = [self._older(dt.date(2023, 11, 14), "2", "2222") for _ in range(2)]
        former, on = 690_001, dt.date(2021, 9, 1)
        came_from = {
            690_002: _told(dt.date(2018, 11, 6), "1", "9991"),
            690_003: _told(dt.date(2016, 2, 9), "3", "9993"),
        }
        links = [Link(one.urn, former, "Old Harbour School", "Predecessor - Split School", on) for one in split]
        links += [Link(former, one.urn, one.name, "Successor - Split School", on) for one in split]
        for at, name in ((690_002, "Low Infant School"), (690_003, "Low Junior School")):
            links += [Link(merged.urn, at, name, "Predecessor - merged", on),
                      Link(at, merged.urn, merged.name, "Successor - merged", on)]  # fmt: skip
        links += [Link(one.urn, other.urn, other.name, "Predecessor", None) for one, other in (cycle, cycle[::-1])]
        return [*split, replace(merged, came_from=came_from), *cycle], links

    def converted(self) -> School:
        """A school inspected before it converted, twice since, and by report card; the snapshot tells the first."""
        school = self._card(dt.date(2026, 2, 24), "XXXXXX", before="3", authority="Stockport", phase="Secondary")
        opened, latest = dt.date(2018, 9, 1), school.older[0]
        previous = replace(school.older[1], starts_on=dt.date(2020, 2, 11), published_on=dt.date(2020, 3, 17))
        moved = self._drawing.under_former_urn(replace(school, older=()))
        came_from = {moved.former_urn: _told(dt.date(2014, 5, 20), "4", "9994")} if moved.former_urn else {}
        near = (one for one in self._drawing.trusts if one.home.region == school.place.region and not one.single)
        return replace(moved, type="Academy Converter", trust=next(near), opened_on=opened, older=(latest, previous),
                       came_from=came_from)  # fmt: skip

    def moved(self) -> School:
        """An academy inspected in one trust and in the next, which the register tells the days of."""
        school = self._older(dt.date(2023, 10, 17), "2", "2222", kind="Academy Converter", authority="Stockport")
        near = [one for one in self._drawing.trusts if one.home.region == school.place.region and not one.single]
        opened, left = dt.date(2016, 9, 1), dt.date(2025, 10, 31)
        stays = (Stay(near[0], opened, left), Stay(near[1], left + dt.timedelta(days=1)))
        return replace(school, trust=near[0], later_trust=near[1], opened_on=opened, stays=stays,
                       card=self.card_of(dt.date(2026, 3, 10)))  # fmt: skip


def _told(on: dt.date, overall: str, grades: str) -> Visit:
    """An inspection as the snapshot of outcomes tells it: no number, no date of publication."""
    return Visit(NULL, on, None, overall=overall, grades=(*grades, "9", "9"))


Change = tuple[School, str, str]
"""A school, a column, and the text put there."""


@dataclass(frozen=True)
class Unreadable:
    """Rows to be rejected in the older and in the newer file; they read well in the other one."""

    older: tuple[Change, ...]
    newer: tuple[Change, ...]
    repeated: School

    def twice(self, *, same: bool) -> tuple[School, School]:
        """One URN in two rows: the same row again, or two that contradict each other."""
        return self.repeated, self.repeated if same else replace(self.repeated, name=f"{self.repeated.name} (again)")


def unreadable(drawing: Drawing) -> Unreadable:
    """What importers must reject; the card of 9 November 2025 is the day before report cards began."""
    cases = Cases(drawing)
    older, newer, repeated = cases.plain(4), cases.plain(3), cases.plain(1)[0]
    early = replace(newer[0], card=cases.card_of(dt.date(2025, 11, 9)))
    unknown = replace(newer[1], card=cases.card_of(dt.date(2026, 1, 13)))
    return Unreadable(
        ((older[0], "Inspection start date", "31/02/2024"), (older[1], "Quality of education", "7"),
         (older[2], "URN", "79XYZ1"), (older[3], "Category of concern", "QQ")),
        ((early, "Inclusion", "Expected standard"), (unknown, "Achievement", "Quite good"),
         (newer[2], "Latest OEIF overall effectiveness", "Good-ish")),
        repeated,
    )  # fmt: skip
