"""The Kubernetes base renders, fits the API's schemas, and keeps to the restricted pod security standard."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
BASE = ROOT / "deploy/kubernetes/base"
KUBERNETES = "1.32"
SERVICES = ("inspection", "triage", "brokering")


@pytest.fixture(scope="module")
def rendered() -> list[dict[str, Any]]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not on the PATH, so the base cannot be rendered")
    result = subprocess.run([kubectl, "kustomize", BASE], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "deprecated" not in result.stderr
    return list(yaml.safe_load_all(result.stdout))


def named(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {d["metadata"]["name"]: d for d in documents if d["kind"] == kind}


def pods(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    workloads = {**named(documents, "Deployment"), **named(documents, "Job")}
    return {name: workload["spec"]["template"] for name, workload in workloads.items()}


def test_every_document_fits_its_schema(rendered: list[dict[str, Any]]) -> None:
    for document in rendered:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_all_it_runs_as(rendered: list[dict[str, Any]], service: str) -> None:
    assert {f"{service}-api", f"{service}-worker"} <= named(rendered, "Deployment").keys()
    assert f"{service}-migrate" in named(rendered, "Job")
    worker = named(rendered, "Deployment")[f"{service}-worker"]["spec"]["template"]["spec"]["containers"][0]
    assert worker["command"] == ["python", "-m", f"{service}.worker"]
    assert worker["image"].startswith(f"{service}:")


def test_services_select_their_own_pods_only(rendered: list[dict[str, Any]]) -> None:
    for service in SERVICES:
        selector = named(rendered, "Service")[f"{service}-api"]["spec"]["selector"]
        chosen = [name for name, pod in pods(rendered).items() if selector.items() <= pod["metadata"]["labels"].items()]
        assert chosen == [f"{service}-api"]


def test_pods_keep_to_the_restricted_standard(rendered: list[dict[str, Any]]) -> None:
    for name, pod in pods(rendered).items():
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in pod["spec"]["containers"]:
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["readOnlyRootFilesystem"] is True
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert {"requests", "limits"} <= container["resources"].keys()


def test_long_running_pods_are_probed(rendered: list[dict[str, Any]]) -> None:
    for name, deployment in named(rendered, "Deployment").items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        assert {"readinessProbe", "livenessProbe"} <= container.keys(), name
        ports = {port["name"] for port in container["ports"]}
        assert container["readinessProbe"]["httpGet"]["port"] in ports


def test_only_migrations_hold_the_owner_s_secret(rendered: list[dict[str, Any]]) -> None:
    for name, pod in pods(rendered).items():
        secrets = [e["secretRef"]["name"] for e in pod["spec"]["containers"][0]["envFrom"] if "secretRef" in e]
        service, role = name.split("-")
        assert secrets == [f"{service}-migration-secrets" if role == "migrate" else f"{service}-secrets"]


@pytest.mark.parametrize("service", SERVICES)
def test_containers_run_as_an_ordinary_user_from_pinned_requirements(service: str) -> None:
    text = (ROOT / "deploy/containers" / f"{service}.Containerfile").read_text(encoding="utf-8")
    assert "USER 10001" in text
    assert "--require-hashes" in text
    lock = (ROOT / "services" / service / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "pytest" not in lock


@pytest.mark.parametrize("service", SERVICES)
def test_containers_hold_the_versions_that_are_tested(service: str) -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s;]+", path.read_text(encoding="utf-8"), re.MULTILINE))

    assert pins(ROOT / "services" / service / "requirements.lock") <= pins(ROOT / "requirements.lock")
