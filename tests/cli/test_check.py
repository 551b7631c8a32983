"""``check`` with settings, a baseline, and standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from batch_constructs.assembly import checks
from batch_constructs.assembly.proofs import Question, Step, Verdict, along
from batch_constructs.assembly.template import model_of
from batch_constructs.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def queue(priority: Any = 2000, **more: Any) -> dict[str, Any]:
    """Return a queue with a wrong priority (JQ-07)."""
    order = [{"Order": 1, "ComputeEnvironment": "arn"}]
    properties = {"Priority": priority, "ComputeEnvironmentOrder": order, **more}
    return {"Type": "AWS::Batch::JobQueue", "Properties": properties}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def template(file: Path, **resources: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"Resources": resources}, indent=1))
    return file


def run(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False, **more)


def settings(here: Path, text: str) -> None:
    (here / "pyproject.toml").write_text(f"[tool.batch-constructs]\n{text}\n")


def rule_ids(result: Result) -> list[str]:
    return [finding["rule"] for finding in json.loads(result.stdout)]


def test_rules_count_in_either_case(here: Path) -> None:
    """On the command line and in Python."""
    template(here / "t.json", Q=queue())
    assert rule_ids(run("check", "t.json", "--select", "jq-07", "--format", "json")) == ["JQ-07"]
    assert run("check", "t.json", "--ignore", "jq").exit_code == 0
    model = model_of({"Resources": {"Q": queue()}})
    assert [each.rule_id for each in checks.check(model, select=["jq-07"])] == ["JQ-07"]
    assert checks.check(model, ignore=["Jq"]) == ()


def test_what_was_looked_at_is_counted(here: Path) -> None:
    """Templates and resources of AWS Batch, or that there are none."""
    template(here / "in" / "a.json", Q=queue(1), R=queue(2))
    template(here / "in" / "b.json", Q=queue(1))
    template(here / "c.json", Topic={"Type": "AWS::SNS::Topic"})
    assert run("check", "in").output == "no findings in 2 templates with 3 resources of AWS Batch\n"
    assert run("check", "c.json").output == "no findings: 1 template has no resources of AWS Batch\n"
    assert run("check", "in", "c.json").output.startswith("no findings in 3 templates with 3 resources")


def test_what_was_not_looked_at_is_a_note(here: Path) -> None:
    """Too many combinations of parameters are noted on stderr, so that the output of a format stays whole."""
    kinds = {
        f"K{number}": {"Type": "String", "AllowedValues": ["EC2", "SPOT", "FARGATE"]} for number in range(5)
    }
    resources = {
        f"Env{name}": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {"ComputeResources": {"Type": {"Ref": name}, "MinvCpus": 1}},
        }
        for name in kinds
    }
    (here / "t.json").write_text(json.dumps({"Parameters": kinds, "Resources": resources}))
    result = run("check", "t.json", "--format", "json")
    assert result.stderr.startswith("note: t has 5 open parameters and conditions with 243 combinations")
    assert isinstance(json.loads(result.stdout), list)
    assert run("check", "t.json", "--quiet").stderr == ""


def test_quiet_prints_findings_only(here: Path) -> None:
    """Without findings it prints nothing."""
    template(here / "good.json", Q=queue(1))
    assert run("check", "good.json", "--quiet").output == ""
    template(here / "bad.json", Q=queue())
    output = run("check", "bad.json", "-q").output
    assert output.startswith("error JQ-07")
    assert "1 error in" not in output


def test_a_dash_is_standard_input(here: Path) -> None:
    """For check, show, diagram and changes."""
    text = json.dumps({"Resources": {"Q": queue()}}, indent=1)
    checked = run("check", "-", input=text)
    assert checked.exit_code == 1
    assert "  in  standard input:6\n" in checked.output
    assert "job queues" in run("show", "-", input=text).output
    assert run("diagram", "-", "-o", "-", input=text).output.startswith("flowchart")
    template(here / "old.json", Q=queue(1))
    assert "Priority: 1 -> 2000" in run("changes", "old.json", "-", input=text).output
    assert run("changes", "-", "-", input=text).exit_code == 2
    for broken, why in (("{", "it is not JSON"), ("{}", "it has no Resources")):
        result = run("check", "-", input=broken)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: standard input: ")
        assert why in result.stderr


def test_changes_quiet_tells_what_fails_or_surprises(here: Path) -> None:
    """Without problems it prints nothing."""
    template(here / "old.json", Q=queue(1), R=queue(1, Tags={"a": "b"}))
    template(here / "new.json", Q=queue(2), R=queue(1, Tags={"a": "b"}))
    assert run("changes", "old.json", "new.json", "-q").output == ""
    template(here / "new.json", Q=queue(2))
    output = run("changes", "old.json", "new.json", "-q").output
    assert output.startswith("JobQueue R\n  deleted")
    assert "JobQueue Q" not in output


def test_settings_come_from_the_nearest_project(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths, rules, severities and strictness; paths are relative to the file, also from a folder below."""
    template(here / "out" / "t.json", Q=queue())
    settings(here, 'paths = ["out"]\nselect = ["jq-07"]\nseverity = {jq = "warning"}')
    below = here / "src" / "app"
    below.mkdir(parents=True)
    for folder in (here, below):
        monkeypatch.chdir(folder)
        result = run("check")
        assert result.exit_code == 0
        assert result.output.endswith("1 warning in 1 template with 1 resource of AWS Batch\n")
    settings(here, 'paths = ["out"]\nseverity = {JQ-07 = "warning"}\nstrict = true')
    assert run("check").exit_code == 1


def test_the_command_line_comes_before_the_settings(here: Path) -> None:
    """Each option overrides its setting."""
    template(here / "out" / "t.json", Q=queue())
    template(here / "other.json", Q=queue(1))
    settings(here, 'paths = ["out"]\nignore = ["JQ"]')
    assert run("check").exit_code == 0
    assert run("check", "--ignore", "NET").exit_code == 1
    settings(here, 'paths = ["out"]')
    assert run("check", "other.json").exit_code == 0


def test_a_project_without_the_table_is_passed_over(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a package of a larger repository."""
    template(here / "t.json", Q=queue())
    settings(here, 'paths = ["t.json"]\nignore = ["JQ-07"]')
    inner = here / "package"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "x"\n')
    monkeypatch.chdir(inner)
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["JQ"]', "tool.batch-constructs has no setting 'selct' (did you mean 'select'?)"),
        ('ignore = "JQ"', 'ignore must be a list of strings such as ["NET", "JQ-03"], got \'JQ\''),
        ('severity = {JQ = "fatal"}', "severity must be a table such as"),
        ("strict = 1", "strict must be true or false, got 1"),
        ("baseline = []", "baseline must be a path such as"),
        ("paths = [1]", "paths must be a list of paths such as"),
        ('ignore = ["JQ-99"]', "'JQ-99' is neither a rule nor a family of rules (did you mean 'JQ-09'?)"),
        ('severity = {XX = "error"}', "'XX' is neither a rule nor a family"),
        ("select = [", "it is not TOML"),
    ],
)
def test_a_bad_setting_is_told(here: Path, text: str, message: str) -> None:
    """In one line with the file, before anything is checked."""
    template(here / "t.json", Q=queue(1))
    settings(here, text)
    result = run("check", "t.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {here / 'pyproject.toml'}: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_path_it_says_what_it_takes(here: Path) -> None:
    """If neither the command line nor the settings have a path."""
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: check needs a path: a template, a cdk.out folder")


def test_a_baseline_counts_what_is_new_only(here: Path) -> None:
    """Known findings stay known when lines move; a new one fails; the summary has the number of known ones."""
    template(here / "t.json", Q=queue())
    written = run("check", "t.json", "--baseline", "base.json", "--write-baseline")
    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr == "wrote 1 finding to base.json\n"
    entry = {"rule": "JQ-07", "at": "t.json:Q", "member": "Priority"}
    assert json.loads((here / "base.json").read_text()) == {"version": 1, "findings": [entry]}
    template(here / "t.json", First=queue(1), Q=queue(3000))
    known = run("check", "t.json", "--baseline", "base.json")
    assert known.exit_code == 0
    assert known.output == "no findings, and 1 known in 1 template with 2 resources of AWS Batch\n"
    template(here / "t.json", Q=queue(), New=queue())
    result = run("check", "t.json", "--baseline", "base.json", "--format", "json")
    assert result.exit_code == 1
    assert [finding["resource"] for finding in json.loads(result.stdout)] == ["New"]


def test_a_baseline_goes_by_construct_paths(here: Path) -> None:
    """Another logical id, or another place in the file, changes nothing."""
    entry = {**queue(), "Metadata": {"aws:cdk:path": "S/Queue/Resource"}}
    template(here / "a" / "t.json", Q=entry)
    run("check", "a", "--baseline", "base.json", "--write-baseline")
    assert json.loads((here / "base.json").read_text())["findings"][0]["at"] == "S/Queue/Resource"
    template(here / "b" / "u.json", Q2=entry)
    assert run("check", "b", "--baseline", "base.json").exit_code == 0


def test_files_of_one_name_have_their_own_entries(here: Path) -> None:
    """Two templates of a folder with the same logical id."""
    for folder in ("a", "b"):
        template(here / "in" / folder / "template.json", Q=queue())
    run("check", "in", "--baseline", "base.json", "--write-baseline")
    places = [entry["at"] for entry in json.loads((here / "base.json").read_text())["findings"]]
    assert places == ["in/a/template.json:Q", "in/b/template.json:Q"]


def test_a_further_finding_at_a_known_place_is_new(here: Path) -> None:
    """The baseline has the number of findings of a rule at a place."""
    template(here / "t.json", Q=queue())
    run("check", "t.json", "--baseline", "base.json", "--write-baseline")
    assert run("check", "t.json", "t.json", "--baseline", "base.json").exit_code == 1
    run("check", "t.json", "t.json", "--baseline", "base.json", "--write-baseline")
    assert json.loads((here / "base.json").read_text())["findings"][0]["count"] == 2
    assert run("check", "t.json", "t.json", "--baseline", "base.json").exit_code == 0


def test_stale_entries_are_reported(here: Path) -> None:
    """Without failing, and not for rules and files that were not checked."""
    template(here / "t.json", Q=queue(), R=queue())
    template(here / "u.json", Q=queue())
    run("check", "t.json", "u.json", "--baseline", "base.json", "--write-baseline")
    template(here / "t.json", Q=queue(), R=queue(1))
    result = run("check", "t.json", "--baseline", "base.json")
    assert result.exit_code == 0
    assert result.stderr == (
        "base.json: 1 entry is no longer found (JQ-07 t.json:R Priority); --write-baseline removes stale entries\n"
    )
    assert run("check", "t.json", "--baseline", "base.json", "--select", "NET").stderr == ""


def test_a_baseline_may_stand_in_the_settings(here: Path) -> None:
    """Then the command needs no options."""
    template(here / "t.json", Q=queue())
    settings(here, 'paths = ["t.json"]\nbaseline = "base.json"')
    assert "base.json: it cannot be opened" in run("check").stderr
    assert run("check", "--write-baseline").exit_code == 0
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}']
)
def test_what_is_no_baseline_is_told(here: Path, text: str) -> None:
    """In one line, with exit status 2."""
    template(here / "t.json", Q=queue())
    (here / "base.json").write_text(text)
    result = run("check", "t.json", "--baseline", "base.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: base.json: it is not a baseline")
    assert run("check", "t.json", "--write-baseline").stderr.startswith("error: --write-baseline needs")


@pytest.mark.parametrize(
    ("selected", "status"), [(("JQ-01",), 0), (("JQ-01", "JQ-07"), 1)], ids=["alone", "beside an error"]
)
def test_a_rule_that_crashes_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, selected: tuple[str, ...], status: int
) -> None:
    """A line on stderr; other findings are reported, and the exit status is as without the rule."""

    def broken(_: Any) -> Any:
        raise KeyError("Priority")

    registered: Any = checks.rules()
    monkeypatch.setitem(registered, "JQ-01", replace(registered["JQ-01"], function=broken))
    template(here / "t.json", Q=queue())
    result = run("check", "t.json", *(word for rule in selected for word in ("--select", rule)))
    assert result.exit_code == status
    assert ("JQ-07" in result.stdout) is (status == 1)
    assert result.stderr.startswith(
        "batch-constructs: rule JQ-01 failed at Q (KeyError: 'Priority') and found nothing: please report it"
    )
    assert "Traceback" not in result.stderr


def test_a_shell_can_complete_the_commands() -> None:
    """By click's variable, as in the docs."""
    done = subprocess.run(
        [sys.executable, "-c", "from batch_constructs.cli import main; main(prog_name='batch-constructs')"],
        check=True,
        capture_output=True,
        text=True,
        env={"_BATCH_CONSTRUCTS_COMPLETE": "bash_source", "PATH": "/usr/bin:/bin"},
    )
    assert "batch_constructs_completion" in done.stdout or "COMPREPLY" in done.stdout


YES = Step("Table", "routes to the internet", Verdict.YES)
NO = Step("Group", "allows no outgoing port 443", Verdict.NO)


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let JQ-07 ask a question about each queue, with two steps to its answer."""
    question = Question("can jobs of the queue reach S3 at TCP port 443?", along([YES, NO]))
    rule = replace(checks.rules()["JQ-07"], asks=lambda _, __: [question])
    monkeypatch.setattr(
        checks, "rules", lambda: {"JQ-07": rule, "JQ-08": replace(rule, id="JQ-08", asks=None)}
    )


@pytest.mark.usefixtures("asking")
def test_why_prints_each_step(here: Path) -> None:
    """The question, its answer, and what was looked at in order; it ends with 0, since it reports nothing."""
    template(here / "t.json", Q=queue(1), R=queue(1))
    asked = run("check", "t.json", "--why", "jq-07", "Q")
    assert asked.output.splitlines()[1:] == [
        "  at  Q",
        "",
        "can jobs of the queue reach S3 at TCP port 443? no",
        "  yes      Table: routes to the internet",
        "  no       Group: allows no outgoing port 443",
    ]
    assert asked.exit_code == 0


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize(
    ("rule", "resource", "says"),
    [
        ("JQ-7", "Q", "error: there is no rule 'JQ-7' (did you mean 'JQ-07'?)\n"),
        (
            "JQ-08",
            "Q",
            "error: JQ-08 compares values of the template and asks no proof; `batch-constructs rules JQ-08` explains it\n",
        ),
        ("JQ-07", "Qu", "error: JQ-07 asks nothing about 'Qu' (did you mean 'Q'?); it asks about Q\n"),
    ],
)
def test_why_needs_a_rule_with_a_proof(here: Path, rule: str, resource: str, says: str) -> None:
    """Other rules have no steps to show; a resource that the rule does not look at is named with those that it does."""
    template(here / "t.json", Q=queue(1))
    asked = run("check", "t.json", "--why", rule, resource)
    assert (asked.output, asked.exit_code) == (says, 2)
