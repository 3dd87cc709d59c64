"""A management information system's client: registered, let in by a trust, pushing a term, reading it back."""

import json
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from typer.testing import CliRunner

from improve.cli import app
from improve.client import Api
from improve.errors import CommandError, UsageError
from improve.local.clients import register, secret_of
from improve.local.home import Home
from improve.local.issuer import Issuer
from improve.mis import client_token, push, registered, shown


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PLATFORM_HOME", str(tmp_path))
    for name in ("IMPROVE_CLIENT_ID", "IMPROVE_CLIENT_SECRET", "IMPROVE_TOKEN_URL"):
        monkeypatch.delenv(name, raising=False)
    made = Home.find()
    made.prepare()
    return made


class Inspection:
    """Answers as the service does, and remembers what it was sent."""

    def __init__(self, answer: dict[str, Any] | None = None, status: int = 200) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer or {}
        self._status = status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._status, json=self._answer)

    @property
    def api(self) -> Api:
        return Api("inspection", "http://127.0.0.1:1", "token", httpx.MockTransport(self))


class TestARegisteredClient:
    async def test_gets_a_token_of_its_own_that_shows_nothing_by_itself(self, home: Home) -> None:
        secret = register(home, "mis-1")
        assert register(home, "mis-1") == secret
        client = httpx.AsyncClient(transport=httpx.ASGITransport(Issuer(home)), base_url="http://issuer")
        grant = {"grant_type": "client_credentials"}
        answer = await client.post("/oauth2/token", data=grant, auth=("mis-1", secret))
        assert answer.json()["scope"] == "schools:read progress:read progress:write"
        assert (await client.post("/oauth2/token", data=grant, auth=("mis-1", "wrong"))).status_code == 401
        for stranger in ("mis-2", "../signing-key", "../triage-service"):
            assert (await client.post("/oauth2/token", data=grant, auth=(stranger, secret))).status_code == 401

    @pytest.mark.parametrize("client_id", ["", "../x", "triage-service", "a b", ".hidden"])
    def test_has_an_id_that_can_be_one(self, home: Home, client_id: str) -> None:
        with pytest.raises(UsageError, match="cannot be a client's id"):
            register(home, client_id)

    def test_is_let_in_by_the_trust_and_told_what_to_use(self, home: Home) -> None:
        home.write_state({"processes": [{"name": "issuer", "port": 4321}]})
        service = Inspection()
        lines = list(registered(service.api, "mis-1", "5143"))
        assert [(each.method, each.url.path) for each in service.requests] == [
            ("PUT", "/v1/trusts/5143/data-clients/mis-1")
        ]
        assert lines == [
            "export IMPROVE_CLIENT_ID=mis-1",
            f"export IMPROVE_CLIENT_SECRET={register(home, 'mis-1')}",
            "export IMPROVE_TOKEN_URL=http://127.0.0.1:4321/oauth2/token",
        ]

    def test_is_not_made_for_a_trust_that_there_is_not(self, home: Home) -> None:
        nowhere = Inspection({"title": "There is no trust with this UID"}, status=404)
        with pytest.raises(CommandError):
            list(registered(nowhere.api, "mis-1", "5143"))
        assert secret_of(home, "mis-1") is None

    def test_without_credentials_has_no_token(self, home: Home) -> None:
        del home
        assert client_token() is None

    @pytest.mark.parametrize("command", [["push", "term.csv"], ["show", "700016", "2025-26-autumn"]])
    def test_without_credentials_is_told_where_to_get_them(
        self, home: Home, monkeypatch: pytest.MonkeyPatch, command: list[str]
    ) -> None:
        del home
        monkeypatch.delenv("IMPROVE_TOKEN", raising=False)
        result = CliRunner().invoke(app, ["mis", *command])
        assert isinstance(result.exception, UsageError)
        assert "improve mis register" in str(result.exception)


class TestPushing:
    BATCH: ClassVar[dict[str, Any]] = {
        "id": "b1",
        "counts": {"received": 2, "created": 1, "changed": 0, "unchanged": 0, "rejected": 1},
        "data": [
            {"row": 1, "errors": []},
            {"row": 2, "errors": [{"pointer": "/urn", "detail": "There is no such school.", "code": "not_found"}]},
        ],
    }

    @pytest.mark.parametrize(("name", "kind"), [("a.csv", "text/csv"), ("a.json", "application/json")])
    def test_accounts_for_each_row_and_fails_where_one_is_refused(self, tmp_path: Path, name: str, kind: str) -> None:
        service, said = Inspection(self.BATCH), list[str]()
        (tmp_path / name).write_text("content")
        with pytest.raises(CommandError, match="1 rows were refused"):
            push(service.api, tmp_path / name, said.append)
        assert said == [
            "received 2 = created 1 + changed 0 + unchanged 0 + rejected 1",
            "  row 2: /urn There is no such school.",
        ]
        (request,) = service.requests
        assert (request.headers["content-type"], request.content) == (kind, b"content")

    def test_takes_no_other_file(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"no \.csv or \.json file"):
            push(Inspection().api, tmp_path / "a.xlsx", print)

    def test_is_read_back(self) -> None:
        measures = json.loads(
            '[{"code": "fsm_eligible", "value": null, "cohort": 380, "status": "suppressed"},'
            ' {"code": "attendance", "value": 94.2, "cohort": null, "status": "value"}]'
        )
        service = Inspection({"version": 2, "released_on": None, "measures": measures})
        assert list(shown(service.api, 700016, "2025-26-autumn")) == [
            "700016, 2025-26-autumn, version 2, private",
            "  fsm_eligible          suppressed of 380",
            "  attendance            94.2",
        ]
