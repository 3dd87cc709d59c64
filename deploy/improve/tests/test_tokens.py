import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from improve.errors import UsageError
from improve.local.home import Home
from improve.local.issuer import Issuer
from improve.local.keys import client_secret, public_keys
from improve.local.roles import registry
from improve.local.token import main, token_for
from shared.auth.principal import Principal
from shared.auth.tokens import TokenVerifier

NEEDS_ORGANISATION = {"trust": "trust:5143", "la": "la:201", "school": "school:100000", "leader": "leader:ldr-1"}
CLIENTS = {"dfe", "ofsted", "trust", "ops"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PLATFORM_HOME", str(tmp_path / "platform"))
    return Home.find()


async def verified(home: Home, token: str) -> Principal:
    keys = home.folder / "jwks.json"
    keys.write_bytes(httpx.Response(200, json=public_keys(home)).content)
    verifier = TokenVerifier(
        issuer=registry().issuer, audience=registry().audience, jwks_url=keys.as_uri(), remember_seconds=0
    )
    return await verifier.verify(token)


class TestATokenForARole:
    @pytest.mark.parametrize("role", registry().names)
    async def test_is_accepted_and_is_a_clients_or_a_persons(self, home: Home, role: str) -> None:
        principal = await verified(home, token_for(role, NEEDS_ORGANISATION.get(role)))
        assert principal.role == role
        assert principal.is_user is (role not in CLIENTS)
        assert principal.may("schools:read")

    @pytest.mark.parametrize("role", sorted(NEEDS_ORGANISATION))
    def test_without_the_organisation_it_needs_is_refused(self, role: str) -> None:
        with pytest.raises(UsageError, match=f"ORG={role}:<id>"):
            registry().claims(role)

    @pytest.mark.parametrize("org", ["la:201", "trust:", "trust", "5143"])
    def test_with_the_wrong_kind_of_organisation_is_refused(self, org: str) -> None:
        with pytest.raises(UsageError, match="ORG=trust:<id>"):
            registry().claims("trust", org)

    def test_of_the_department_takes_no_other_organisation(self) -> None:
        with pytest.raises(UsageError, match="leave ORG out"):
            registry().claims("dfe", "trust:5143")

    async def test_of_a_region_has_all_nine_unless_told(self, home: Home) -> None:
        assert len((await verified(home, token_for("regional-director"))).regions) == 9
        narrowed = await verified(home, token_for("regional-director", regions="North East, London"))
        assert narrowed.regions == {"North East", "London"}
        assert not narrowed.sees_everything

    def test_of_an_unknown_region_is_refused(self) -> None:
        with pytest.raises(UsageError, match="'Mercia'"):
            registry().claims("partner", regions=["Mercia"])

    def test_of_a_trust_is_not_widened_by_regions(self) -> None:
        with pytest.raises(UsageError, match="leave REGIONS out"):
            registry().claims("trust", "trust:5143", ["London"])

    def test_of_a_partner_has_an_organisation_by_itself(self) -> None:
        assert registry().claims("partner")["org"] == "partner:development"

    async def test_only_people_decide_and_approve(self, home: Home) -> None:
        director = await verified(home, token_for("regional-director"))
        assert director.may("triage:decide")
        assert director.may("offers:approve")
        for role in CLIENTS:
            principal = await verified(home, token_for(role, NEEDS_ORGANISATION.get(role)))
            assert not principal.may("triage:decide")
            assert not principal.may("offers:approve")


class TestTheCommand:
    def test_prints_one_token_and_nothing_else(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--role", "dfe", "--org", "", "--regions", ""]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        assert printed.out.count("\n") == 1
        keys = KeySet.import_key_set(public_keys(home))
        assert jwt.decode(printed.out.strip(), keys, algorithms=["ES256"]).claims["org"] == "dfe"

    def test_says_what_is_missing_on_stderr_with_status_2(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--role", "trust"]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err == "token: the role trust needs an organisation: ORG=trust:<id>\n"

    def test_asked_for_by_many_at_once_makes_one_key(self, home: Home) -> None:
        command = [sys.executable, "-m", "improve.local.token", "--role", "dfe"]
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(4)]
        tokens = [process.communicate()[0].strip() for process in processes]
        keys = KeySet.import_key_set(public_keys(home))
        for token in tokens:
            jwt.decode(token, keys, algorithms=["ES256"])
        assert [path.name for path in home.keys.iterdir()] == ["signing-key.json"]


class TestTheIssuer:
    @pytest.fixture
    def client(self, home: Home) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(Issuer(home)), base_url="http://issuer")

    async def test_gives_a_service_a_token_of_its_own(self, home: Home, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("triage-service", client_secret(home, "triage-service")),
        )
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["expires_in"] == 3600
        principal = await verified(home, answer.json()["access_token"])
        assert principal.subject == "triage-service"
        assert principal.sees_everything
        assert principal.scopes == {"schools:read", "facts:read", "changes:read", "assessments:read", "needs:read"}

    async def test_takes_the_secret_in_the_form_too(self, home: Home, client: httpx.AsyncClient) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": "triage-service",
            "client_secret": client_secret(home, "triage-service"),
        }
        assert (await client.post("/oauth2/token", data=form)).status_code == 200

    @pytest.mark.parametrize("auth", [("triage-service", "wrong"), ("nobody", "x"), ("", "")])
    async def test_refuses_a_client_it_does_not_know(
        self, client: httpx.AsyncClient, auth: tuple[str | bytes, str | bytes]
    ) -> None:
        answer = await client.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=auth)
        assert answer.status_code == 401
        assert answer.json() == {"error": "invalid_client"}

    async def test_refuses_other_grants(self, home: Home, client: httpx.AsyncClient) -> None:
        auth = ("triage-service", client_secret(home, "triage-service"))
        answer = await client.post("/oauth2/token", data={"grant_type": "password"}, auth=auth)
        assert answer.json() == {"error": "unsupported_grant_type"}

    async def test_publishes_the_public_half_of_its_key_only(self, home: Home, client: httpx.AsyncClient) -> None:
        (key,) = (await client.get("/.well-known/jwks.json")).json()["keys"]
        assert key["alg"] == "ES256"
        assert "d" not in key
