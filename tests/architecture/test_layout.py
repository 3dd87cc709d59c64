"""The shape of the code, held by tests: who imports whom, where SQL may stand, how long a file may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("inspection", "triage", "brokering")
SOURCES = [
    ROOT / "shared/src",
    ROOT / "deploy/improve/src",
    *(ROOT / "services" / name / "src" for name in SERVICES),
]
TOP_LEVEL = {
    *(".ci", ".dockerignore", ".gitignore", ".pre-commit-config.yaml"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "README.md", "pyproject.toml"),
    *("requirements.in", "requirements.lock"),
    *("deploy", "services", "shared", "tests"),
}
MAX_LINES = 500
MAX_FUNCTION_LINES = 60
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL)
SQL_PLACES = {"repository.py", "models", "migrations", "sql"}
DOMAIN_WORDS = re.compile(
    r"\b(school(?!-improvement)|urn(?!:problem)|tier|leader|inspection|brokering|triage)s?\b", re.IGNORECASE
)


def python_files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def identify(path: Path) -> str:
    return str(path.relative_to(ROOT))


def literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("path", python_files(*SOURCES), ids=identify)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1})"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", python_files(*(ROOT / "services" / name / "src" for name in SERVICES)), ids=identify)
def test_sql_stands_in_repositories_only(path: Path) -> None:
    if path.name == "repository.py" or SQL_PLACES & set(path.parts) or path.name.endswith("_sql.py"):
        return
    assert [text[:80] for text in literals(path) if SQL.search(text)] == []


@pytest.mark.parametrize("path", python_files(*(ROOT / "services" / n / "src" for n in SERVICES)), ids=identify)
def test_domains_import_the_standard_library_only(path: Path) -> None:
    service = path.relative_to(ROOT / "services").parts[0]
    if "domain" not in path.relative_to(ROOT).parts:
        return
    allowed = sys.stdlib_module_names
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] in allowed or name.startswith(f"{service}.domain"), f"{name} in a domain"


@pytest.mark.parametrize("path", python_files(ROOT / "shared/src"), ids=identify)
def test_shared_has_no_word_of_the_domain(path: Path) -> None:
    found = {match[0] for text in literals(path) for match in DOMAIN_WORDS.finditer(text)}
    assert found == set()


@pytest.mark.parametrize("path", python_files(*SOURCES), ids=identify)
def test_nothing_that_is_deployed_imports_test_support(path: Path) -> None:
    if "testing" in path.parts:
        return
    assert "shared.testing" not in path.read_text(encoding="utf-8")


def test_imports_go_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_other_folder_is_in_the_repository() -> None:
    """A platform's folder holds a database and keys: one that is made within the tree must not come along."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert {line.partition("/")[0] for line in listed.stdout.splitlines()} == TOP_LEVEL
