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


class TestSuppressed:
    def test_a_figure_that_is_hidden_is_words_and_has_no_bar_or_point(self) -> None:
        (shown,) = figures(dashboard(point("2021", None, "suppressed"), point("2022", None, "suppressed", england=93)))

        assert shown["rows"][1]["cells"] == ["Not shown, to protect pupils", "93%"]
        assert shown["bars"]["bars"][0]["at"].width is None
        assert [bool(line["runs"]) for line in shown["over_time"]["lines"]] == [False, True]

    def test_without_any_value_there_is_no_line_chart(self) -> None:
        (shown,) = figures(dashboard(point("2021", None, "missing"), point("2022", None, "suppressed")))

        assert shown["over_time"] is None
