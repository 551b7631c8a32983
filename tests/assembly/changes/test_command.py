"""The command ``batch-constructs changes``."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from batch_constructs.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder, on templates given as data or on arguments."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: Any) -> Result:
        words = ["changes"]
        for index, argument in enumerate(arguments):
            if isinstance(argument, dict):
                (tmp_path / f"{index}.json").write_text(json.dumps(argument))
                words.append(f"{index}.json")
            else:
                words.append(argument)
        return CliRunner().invoke(main, words)

    return command


def changed(template: dict[str, Any], logical_id: str, **properties: Any) -> dict[str, Any]:
    new: dict[str, Any] = json.loads(json.dumps(template))
    new["Resources"][logical_id]["Properties"].update(properties)
    return new


def test_nothing_to_do(quickstart: dict[str, Any], run: Run) -> None:
    """Without changes the exit status is 0, and the output names what is not compared."""
    result = run(quickstart, quickstart)
    others = "40 resources of other services are not compared: see cdk diff"
    assert (result.exit_code, result.output) == (0, f"no changes\n{others}\n")


def test_a_harmless_change_is_shown_and_passes(quickstart: dict[str, Any], run: Run) -> None:
    """A harmless change is one block: the resource, the effect, the consequence for jobs, and the cause."""
    result = run(quickstart, changed(quickstart, "Queue", Priority=2))
    assert result.exit_code == 0
    assert result.output.startswith(
        "JobQueue Queue\n  in place: jobs in the queue continue\n  Priority: 1 -> 2\n\n1 change, nothing fails\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (["Spot"], ["Spot", "OnDemand"], "OnDemand added"),
        (["Spot", "OnDemand"], ["OnDemand"], "Spot removed"),
        (
            ["Spot", "OnDemand"],
            ["OnDemand", "Spot", "Arm"],
            "Arm added; order changed to OnDemand, Spot, Arm",
        ),
        (["Spot"], ["OnDemand", "Arm"], "OnDemand, Arm added; Spot removed"),
    ],
)
def test_environments_of_a_queue_are_compared_by_name(
    quickstart: dict[str, Any], run: Run, old: list[str], new: list[str], said: str
) -> None:
    """Two lists of environments show their difference, even if they are too long for the line."""

    def queue(names: list[str]) -> dict[str, Any]:
        order = [
            {"Order": number, "ComputeEnvironment": {"Ref": name}} for number, name in enumerate(names, 1)
        ]
        return changed(with_more, "Queue", ComputeEnvironmentOrder=order)

    with_more = json.loads(json.dumps(quickstart))
    for name in ("OnDemand", "Arm"):
        with_more["Resources"][name] = with_more["Resources"]["Spot"]
    output = " ".join(run(queue(old), queue(new)).output.split())
    assert f"ComputeEnvironmentOrder: {said}" in output


def test_lists_of_names_are_compared_by_element(quickstart: dict[str, Any], run: Run) -> None:
    """A change of a list shows the added and the removed elements, not two long lists."""
    old, new = (changed(quickstart, "Spot", ReplaceComputeEnvironment=False) for _ in range(2))
    new["Resources"]["Spot"]["Properties"]["ComputeResources"]["InstanceTypes"] = ["m7i", "r7i.large", "c7i"]
    output = " ".join(run(old, new).output.split())
    said = "r7i.large added; r7i removed; order changed to m7i, r7i.large, c7i"
    assert f"ComputeResources.InstanceTypes: {said}" in output


def test_long_texts_are_cut_before_their_difference(quickstart: dict[str, Any], run: Run) -> None:
    """Long values are cut between words, so that both sides show the whole difference."""
    words = " ".join(f"word{number}" for number in range(30))
    old = changed(quickstart, "Hello", Parameters={"text": f"{words} s3://bucket/old {words}"})
    new = changed(quickstart, "Hello", Parameters={"text": f"{words} s3://bucket/new {words}"})
    output = " ".join(run(old, new).output.split())
    before = "…word27 word28 word29"
    assert f"{before} s3://bucket/old word0 word1" in output
    assert f"-> {before} s3://bucket/new word0 word1" in output
    assert "word10" not in output


def test_an_identifier_is_never_cut(quickstart: dict[str, Any], run: Run) -> None:
    """An ARN of 1,000 characters is shown in full; a longer word is data, and is cut."""
    arn = f"arn:aws:batch:eu-west-1:111122223333:scheduling-policy/{'x' * 940}"
    new = changed(quickstart, "Hello", Parameters={"arn": arn, "data": "y" * 2000})
    output = run(quickstart, new).output
    assert f"Parameters.arn: new, {arn}\n" in output
    assert "y" * 100 not in output


def test_the_worst_effect_comes_first(quickstart: dict[str, Any], run: Run) -> None:
    """Fails when the property that replaces an environment is hidden behind harmless ones."""
    new = changed(quickstart, "Spot", Tags={"team": "a"})
    new["Resources"]["Spot"]["Properties"]["ComputeResources"].update(MaxvCpus=7, InstanceTypes=["m7i"])
    lines = [line.strip() for line in run(quickstart, new).output.splitlines()]
    shown = [line for line in lines if line.startswith(("Tags.", "ComputeResources."))]
    assert [line.rpartition(" (")[2] for line in shown[:3]] == [
        "replaced)",
        "infrastructure update)",
        "scaling update)",
    ]


def test_a_problem_fails_with_its_remedy(quickstart: dict[str, Any], run: Run) -> None:
    """A problem gives exit status 1; it is in the block of its resource, with the remedy."""
    result = run(quickstart, changed(quickstart, "Spot", Tags={"team": "a"}), "--removed", "Spot")
    assert result.exit_code == 1
    assert "  surprise a change of Tags replaces the environment\n    fix exclude the" in result.output
    assert "\n2 changes: 1 surprise\n" in result.output


def test_the_open_is_told_as_such(quickstart: dict[str, Any], run: Run) -> None:
    """An effect that the templates leave open is never shown as certain."""
    result = run(quickstart, changed(quickstart, "Queue", Priority={"Ref": "AWS::Region"}))
    assert "may be in place" in result.output
    assert "Priority: may change 1 -> ${AWS::Region}" in result.output


def test_piped_output_is_plain(quickstart: dict[str, Any], run: Run) -> None:
    """Output into a pipe has no escape codes, and brackets of a template are not markup."""
    new = changed(quickstart, "Hello", Parameters={"[bold]": "[/]"})
    output = run(quickstart, new).output
    assert "\x1b" not in output
    assert "Parameters.[bold]: new, [/]" in output


def test_long_values_and_lists_of_properties_are_cut(quickstart: dict[str, Any], run: Run) -> None:
    """The block of a change stays readable; JSON has all of it."""
    text = "some words " * 30
    new = changed(quickstart, "Hello", Parameters={f"p{number}": text for number in range(9)})
    output = run(quickstart, new).output
    assert "and 3 more" in output
    assert text not in output
    assert run(quickstart, new, "--format", "json").output.count(text) == 9


def test_json_holds_every_member(quickstart: dict[str, Any], run: Run) -> None:
    """JSON has kinds and risks as words, and properties and problems as lists."""
    result = run(quickstart, changed(quickstart, "Spot", Tags={"team": "a"}), "--format", "json")
    spot, queue = json.loads(result.output)
    assert result.exit_code == 1
    assert spot["kind"] == spot["at_least"] == "replaced"
    assert spot["certain"] is True
    effect = {"kind": "replaced", "at_least": "replaced", "why": "", "remedy": ""}
    assert spot["properties"] == [
        {"path": "Tags.team", "old": None, "new": "a", "certain": True, "effect": effect, "cause": ""}
    ]
    assert [problem["loss"] for problem in spot["problems"]] == [False, True]
    assert {problem["risk"] for problem in spot["problems"]} == {"surprise"}
    assert (queue["type"], queue["problems"]) == ("AWS::Batch::JobQueue", [])


def test_json_holds_structures_as_such(quickstart: dict[str, Any], run: Run) -> None:
    """Fails when a reader must parse JSON out of a string."""
    order = [{"Order": 1, "ComputeEnvironment": {"Ref": "OnDemand"}}]
    result = run(quickstart, changed(quickstart, "Queue", ComputeEnvironmentOrder=order), "--format", "json")
    [queue] = json.loads(result.output)
    assert queue["properties"][0]["new"] == [{"Order": "1", "ComputeEnvironment": "${OnDemand}"}]


def test_what_cannot_be_read_is_said_in_one_line(quickstart: dict[str, Any], run: Run) -> None:
    """Unreadable input gives exit status 2 and one line."""
    result = run(quickstart, "nowhere.json")
    assert result.exit_code == 2
    assert result.output.startswith("error: nowhere.json: ")
    assert result.output.count("\n") == 1


def test_the_old_one_may_come_from_git(quickstart: dict[str, Any], run: Run, tmp_path: Path) -> None:
    """``git:REVISION:PATH`` compares with a commit; an unknown revision is unreadable input."""
    file = tmp_path / "golden.json"
    file.write_text(json.dumps(quickstart))
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "golden.json"], ["commit", "-q", "-m", "golden"]):
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    file.write_text(json.dumps(changed(quickstart, "Queue", Priority=2)))
    assert "Priority: 1 -> 2" in run("git:HEAD:golden.json", "golden.json").output
    for missing in ("git:nope:golden.json", "git:--output=x:golden.json", "git:HEAD:nope.json"):
        result = run(missing, "golden.json")
        assert result.exit_code == 2
        assert result.output.startswith(f"error: {missing}: ")
