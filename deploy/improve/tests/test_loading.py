import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from improve.client import Api, Deployment
from improve.errors import CommandError
from improve.loading import load, load_one, reconciliation
from improve.manifest import Entry

ROWS = {"read": 10, "created": 7, "changed": 1, "unchanged": 1, "rejected": 1}


class FakeServices:
    """Answers as inspection and brokering do, and remembers what it was sent."""

    def __init__(self, *, states: list[str] | None = None) -> None:
        self.states = states or ["queued", "running", "succeeded"]
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        match request.method, request.url.path:
            case "POST", "/v1/imports":
                return self._accept(request)
            case "GET", "/v1/imports/1":
                return httpx.Response(200, json=self._job())
            case "POST", "/v1/leaders/batches":
                error = {
                    "pointer": "/days_available",
                    "detail": 'Row 2: days_available "x" is not a number.',
                    "code": "x",
                }
                rows = [{"row": 1, "errors": []}, {"row": 2, "errors": [error]}]
                counts = {"received": 2, "created": 1, "changed": 0, "unchanged": 0, "rejected": 1}
                return httpx.Response(200, json={"counts": counts, "data": rows})
        return httpx.Response(404, json={"title": "Not found"})

    @staticmethod
    def _accept(request: httpx.Request) -> httpx.Response:
        if b"ofsted-outcomes" in request.content:
            errors = [{"pointer": "/kind", "detail": "not one of the kinds", "code": "enum"}]
            return httpx.Response(422, json={"title": "Unprocessable", "errors": errors})
        return httpx.Response(202, headers={"Location": "http://elsewhere/v1/imports/1"}, json={})

    def _job(self) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        problem = (
            {"title": "The file cannot be read", "detail": "groups.csv: no row holds URN"}
            if state == "failed"
            else None
        )
        return {"id": "1", "state": state, "progress": {"done": 3, "total": 10}, "rows": ROWS, "problem": problem}


def deployment(services: FakeServices) -> Deployment:
    transport = httpx.MockTransport(services)
    return Deployment(
        **{name: Api(name, "http://127.0.0.1:1", "t", transport) for name in ("inspection", "triage", "brokering")}
    )


def entry(folder: Path, kind: str, name: str = "groups.csv") -> Entry:
    (folder / name).write_text("URN\n1\n")
    return Entry(folder / name, kind, None)


class TestLoading:
    def test_an_import_is_followed_to_its_end_and_accounted_for(self, tmp_path: Path) -> None:
        services, said = FakeServices(), list[str]()
        load(deployment(services), [entry(tmp_path, "gias-groups")], said.append, said.append)
        assert said[0].startswith("groups.csv (gias-groups, ")
        assert "read 10 = created 7 + changed 1 + unchanged 1 + rejected 1" in said[0]
        posted = next(request for request in services.sent if request.method == "POST")
        assert b'name="kind"\r\n\r\ngias-groups' in posted.content
        assert posted.headers["idempotency-key"]

    def test_a_folders_file_of_a_kind_the_service_refuses_is_named_and_passed_over(self, tmp_path: Path) -> None:
        said, complained = list[str](), list[str]()
        load(deployment(FakeServices()), [entry(tmp_path, "ofsted-outcomes")], said.append, complained.append)
        assert said == ["groups.csv: passed over, the kind ofsted-outcomes is not supported yet"]
        assert complained == []

    def test_the_same_file_alone_is_an_error(self, tmp_path: Path) -> None:
        said = list[str]()
        with pytest.raises(CommandError, match="the kind ofsted-outcomes is not supported yet") as raised:
            load_one(deployment(FakeServices()), entry(tmp_path, "ofsted-outcomes"), said.append)
        assert raised.value.status != 0
        assert said == []

    def test_leaders_go_to_brokering_with_every_refused_row_named(self, tmp_path: Path) -> None:
        services, said = FakeServices(), list[str]()
        load(deployment(services), [entry(tmp_path, "leaders")], said.append, said.append)
        assert 'unchanged 0 + rejected 1\n  Row 2: days_available "x" is not a number.' in said[0]
        assert services.sent[0].headers["content-type"] == "text/csv"

    def test_leaders_are_sent_with_the_date_and_name_of_their_file(self, tmp_path: Path) -> None:
        services = FakeServices()
        (tmp_path / "leaders é.csv").write_text("leader_ref\n")
        dated = Entry(tmp_path / "leaders é.csv", "leaders", date(2025, 8, 31))
        load_one(deployment(services), dated, lambda _: None)
        load_one(deployment(services), entry(tmp_path, "leaders"), lambda _: None)
        first, second = services.sent
        assert (first.url.params.get("as_at"), second.url.params.get("as_at")) == ("2025-08-31", None)
        assert first.headers["content-disposition"] == "attachment; filename*=UTF-8''leaders%20%C3%A9.csv"

    def test_a_failed_file_keeps_no_other_from_loading_and_fails_in_the_end(self, tmp_path: Path) -> None:
        services, said, complained = FakeServices(states=["failed"]), list[str](), list[str]()
        entries = [entry(tmp_path, "gias-groups"), entry(tmp_path, "leaders", "leaders.csv")]
        with pytest.raises(CommandError, match=r"1 of 2 files were not loaded: groups\.csv"):
            load(deployment(services), entries, said.append, complained.append)
        assert complained == ["groups.csv: failed: no row holds URN"]
        assert said[0].startswith("leaders.csv (leaders, ")


class TestTheReconciliation:
    def test_names_missing_columns_rejections_and_warnings(self) -> None:
        warnings = [{"code": "late", "text": "older than what is there", "count": 1200}, "plain words"]
        header = {"missing": ["Publication date"], "unknown": []}
        text = reconciliation({"id": "7", "rows": ROWS, "header": header, "warnings": warnings})
        assert text.splitlines()[1:] == [
            "  columns missing: Publication date",
            "  the rejected rows: GET /v1/imports/7/rejections",
            "  older than what is there (1,200)",
            "  plain words",
        ]

    def test_never_hides_how_many_warnings_there_are(self) -> None:
        rows = {**ROWS, "rejected": 0, "created": 8}
        text = reconciliation({"id": "7", "rows": rows, "warnings": [str(number) for number in range(9)]})
        assert text.splitlines()[-1] == "  and 4 more: GET /v1/imports/7"


class TestProblems:
    def test_are_one_line_with_the_fields_that_are_wrong(self) -> None:
        problem = {
            "title": "Unprocessable",
            "detail": "Some of the input is not valid.",
            "errors": [{"pointer": "/scheme", "detail": "no such scheme", "code": "x"}],
        }
        transport = httpx.MockTransport(lambda _: httpx.Response(422, content=json.dumps(problem)))
        api = Api("triage", "http://127.0.0.1:1", None, transport)
        with pytest.raises(CommandError) as raised:
            api.get("/v1/assessments")
        assert str(raised.value) == (
            "triage answered 422 Unprocessable: Some of the input is not valid. (/scheme: no such scheme)"
        )

    def test_without_a_document_still_say_the_status(self) -> None:
        api = Api("triage", "http://127.0.0.1:1", None, httpx.MockTransport(lambda _: httpx.Response(502, text="bad")))
        with pytest.raises(CommandError, match="triage answered 502 Bad Gateway"):
            api.get("/v1/assessments")
