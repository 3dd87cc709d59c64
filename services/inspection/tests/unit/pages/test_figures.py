"""The dashboard as shown: comparisons that nobody has take no room, and what a school supplied says so."""

from typing import Any

from inspection.pages.figures import figures

MISSING = {"value": None, "status": "not_collected", "schools": None}


def dashboard(*series: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a dashboard of one measure."""
    measure = {
        "code": "attendance",
        "label": "Attendance",
        "unit": "percent",
        "definition": "Sessions attended.",
        "note": None,
        "source": {"name": "progress-data", "as_at": "2026-01-31", "loaded_at": None},
        "series": list(series),
    }
    places = {"local_authority": {"code": "201", "name": "City of London"}, "region": None}
    return {"measures": [{**measure, **changes}], **places}


def point(period: str, school: float | None, status: str = "value", **beside: float) -> dict[str, Any]:
    """Return the figures of one period; what is not given was not collected."""
    groups = dict.fromkeys(("local_authority", "region", "england", "similar_schools"), MISSING)
    told = {who: {"value": value, "status": "value", "schools": 10} for who, value in beside.items()}
    own = {"value": school, "status": status, "schools": 1}
    return {"period": period, "period_label": period, "school": own, **groups, **told}


class TestColumns:
    def test_what_the_school_supplied_stands_alone_and_says_so(self) -> None:
        (shown,) = figures(dashboard(point("autumn", 94.1), note="Supplied by the school, not validated"))

        assert shown["columns"] == ["This school"]
        assert shown["note"] == "Supplied by the school, not validated"
        assert shown["source"] == "Source: The school or its trust, as at 31 January 2026."

    def test_a_comparison_known_in_some_period_has_a_column(self) -> None:
        (shown,) = figures(dashboard(point("2021", 94.1), point("2022", 95, england=93)))

        assert shown["columns"] == ["This school", "England"]
        assert shown["rows"][0]["cells"] == ["94.1%", "Not collected"]
        assert shown["bars"]["description"] == "This school: 95%; England: 93%"


class TestEstimate:
    @staticmethod
    def shown(percent: float | None, pupils: float | None, estimated_from: dict[str, Any] | None) -> list[Any]:
        """Return what is shown of a share and of the number of pupils reckoned from it."""
        share = point("2022/23", percent, "value" if percent is not None else "suppressed", england=25)
        status = "value" if pupils is not None else "missing" if percent is not None else "suppressed"
        reckoned = {**point("2022/23", pupils, status), "estimated_from": estimated_from}
        given = dashboard(share, code="fsm_ever6_percent")
        given["measures"] += dashboard(reckoned, code="fsm_ever6_estimate", unit="pupils")["measures"]
        return figures(given)

    def test_it_is_one_sentence_beside_its_share_with_what_it_is_reckoned_from(self) -> None:
        parts = {"percent": 14.6, "percent_as_at": "2023-01-19", "roll": 1380, "roll_as_at": "2026-05-31"}

        (meals,) = self.shown(14.6, 201, parts)

        assert (
            "about 201 pupils: 14.6% of the 1,380 pupils that the school had by the record of 31 May 2026"
            in meals["estimate"]
        )

    def test_without_a_number_of_pupils_it_says_so(self) -> None:
        (meals,) = self.shown(14.6, None, None)

        assert "does not say how many pupils" in meals["estimate"]

    def test_beside_a_share_that_tells_all_there_is_none(self) -> None:
        parts = {"percent": 0, "percent_as_at": "2023-01-19", "roll": 1380, "roll_as_at": "2026-05-31"}

        assert [self.shown(None, None, None)[0]["estimate"], self.shown(0, 0, parts)[0]["estimate"]] == [None, None]


class TestSuppressed:
    def test_a_figure_that_is_hidden_is_words_and_has_no_bar_or_point(self) -> None:
        (shown,) = figures(dashboard(point("2021", None, "suppressed"), point("2022", None, "suppressed", england=93)))

        assert shown["rows"][1]["cells"] == ["Not shown, to protect pupils", "93%"]
        assert shown["bars"]["bars"][0]["at"].width is None
        assert [bool(line["runs"]) for line in shown["over_time"]["lines"]] == [False, True]

    def test_without_any_value_there_is_no_line_chart(self) -> None:
        (shown,) = figures(dashboard(point("2021", None, "missing"), point("2022", None, "suppressed")))

        assert shown["over_time"] is None
