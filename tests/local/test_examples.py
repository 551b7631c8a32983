"""The jobs of the examples run here: all with recorded outcomes, and as processes those that need only a shell."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.executors import ProcessExecutor, RecordedExecutor, Recording
from batch_constructs.local.plan import plan
from batch_constructs.local.session import open_session
from batch_constructs.testing import LocalJob, LocalStack, local_stack

if TYPE_CHECKING:
    from batch_constructs.local.executors import Executor
    from batch_constructs.local.session import Session

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
EXAMPLES = sorted({path.name.partition(".")[0] for path in GOLDEN.glob("*.template.json")})
# Only these programs are on the PATH of the jobs, so that the table says the same on every machine.
TOOLS = ("cat", "date", "echo", "sed", "sh")
# Programs of images, or programs that take long: in their place one that does nothing.
REPLACED = ("bash", "collect", "extract", "load", "report", "simulate", "sleep", "transform")
SHARE = {"monte_carlo": "desk"}


def templates(example: str, folder: Path) -> Path:
    """Return a folder with the templates of an example, as its cloud assembly has them."""
    folder.mkdir()
    for path in GOLDEN.glob(f"{example}.*.template.json"):
        shutil.copy(path, folder)
    return folder


def opened(example: str, folder: Path, executor: Executor, gpus: int) -> Session:
    """Return a local Batch with room for any job of the examples."""
    planned = plan(templates(example, folder / "cdk.out"))
    return open_session(planned, executor, folder / "state", vcpus=2_000, memory=10**7, gpus=gpus)


def names(session: Session, operation: str) -> list[str]:
    return [each.name for each in session.plan.requests if each.operation == operation]


def submitted(session: Session, definition: str, example: str) -> list[LocalJob]:
    """Submit a job to each queue, since a definition does not say which queue it is for."""
    share = {"shareIdentifier": SHARE[example]} if example in SHARE else {}
    stack = LocalStack(session)
    return [
        stack.submit_request({"jobName": "try", "jobDefinition": definition, "jobQueue": queue, **share})
        for queue in names(session, "CreateJobQueue")
    ]


def first_to_end(session: Session, jobs: list[LocalJob]) -> LocalJob:
    """Return the first job that has ended; the first one of all if none can start."""
    batch = session.batch
    queues = batch.engine.queues

    def settled() -> bool:
        states = [batch.jobs[each.id].job for each in jobs]
        return any(each.done for each in states) or all(queues[each.work.queue].blocked for each in states)

    with batch.changed:
        assert batch.changed.wait_for(settled, 20), [each.description for each in jobs]
    found = next((each for each in jobs if each.state in {"SUCCEEDED", "FAILED"}), jobs[0])
    why = queues[batch.jobs[found.id].job.work.queue].blocked
    for each in jobs:  # a job that can never run would block its queue
        batch.terminate(each.id, f"waits: {why}")
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_job_of_the_examples_can_be_placed(example: str, tmp_path: Path) -> None:
    """Each definition gets from its submission to SUCCEEDED in one of the queues of its example."""
    session = opened(example, tmp_path, RecordedExecutor(), gpus=64)
    found = {
        name: first_to_end(session, submitted(session, name, example)).state
        for name in names(session, "RegisterJobDefinition")
    }
    session.batch.close()
    assert found == dict.fromkeys(found, "SUCCEEDED")


def test_the_queue_of_sagemaker_is_left_out_with_a_reason(tmp_path: Path) -> None:
    """Service jobs do not run here, and the other resources of the template are there."""
    session = opened("sagemaker_service_jobs", tmp_path, RecordedExecutor(), gpus=0)
    session.batch.close()
    assert names(session, "CreateJobQueue") == []
    assert session.plan.notices == [
        "SageMakerServiceJobs/Queue holds jobs of Amazon SageMaker AI, which do not run here"
    ]


def rows() -> dict[tuple[str, str], str]:
    """Return what the table of the docs says of each job definition."""
    page = (ROOT / "docs" / "local-examples.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| \[(\w+)\]\([./\w]+\) \| `([\w-]+)` \| (.*) \|$", page, re.MULTILINE)
    return {(example, definition): result for example, definition, result in found}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs see the tools of every shell, and programs without effect in place of those of images."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        program = shutil.which(name)
        assert program is not None
        (folder / name).symlink_to(program)
    for name in REPLACED:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def result(job: LocalJob) -> str:
    """Return in one line how a job ended."""
    if job.status_reason.startswith("waits"):
        return job.status_reason
    match job.state:
        case "FAILED" if job.exit_code is None:
            reason = job.attempts[-1]["container"].get("reason", job.status_reason)
            return f"does not start: {reason.removeprefix('CannotStartContainerError: ')}"
        case "FAILED":
            return "fails"
    return "runs"


@pytest.mark.usefixtures("tools")
def test_the_table_says_which_jobs_run_as_processes(tmp_path: Path) -> None:
    """Each definition of each example is in the table, and ends as the table says."""
    said, wrong, seen = rows(), [], set()
    for example in (each for each in EXAMPLES if "-step" not in each):
        (tmp_path / example).mkdir()
        session = opened(example, tmp_path / example, ProcessExecutor(), gpus=0)
        for name in names(session, "RegisterJobDefinition"):
            found = result(first_to_end(session, submitted(session, name, example)))
            row = said.get((example, name), "")
            seen.add((example, name))
            if not found.startswith(row.partition(";")[0].replace("`", "") or "?"):
                wrong.append(f"| [{example}](../examples/{example}) | `{name}` | {found} |")
        session.batch.close()
    assert wrong == [], "\n".join(wrong)
    assert set(said) == seen


@pytest.mark.usefixtures("tools")
def test_each_child_of_the_array_example_prints_its_color(tmp_path: Path) -> None:
    """The script of the example runs, and its last child prints the last line of its file."""
    colors = (ROOT / "examples" / "array_index" / "colors.txt").read_text("utf-8").splitlines()
    batch = local_stack(templates("array_index", tmp_path / "cdk.out"), tmp_path / "state")
    lines = batch.submit("PrintColor", array_size=len(colors)).wait().lines
    batch.close()
    assert lines == [f"I am child {index}, and my color is {color}" for index, color in enumerate(colors)]


def requests_of(session: Session) -> dict[str, dict[str, Any]]:
    """Return the requests of the only state machine, in order, with ``$.jobs.NAME.JobId`` where it names a job."""
    [(_, machine)] = session.plan.resources("AWS::StepFunctions::StateMachine")
    states = json.loads(machine["DefinitionString"])
    found, name = {}, states["StartAt"]
    while name:
        found[name] = states["States"][name]["Parameters"]
        name = states["States"][name].get("Next")
    return found


def as_request(parameters: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Return a request of the state machine as boto3 spells it, with the ids of earlier jobs."""
    dependencies = [
        {
            **({"type": each["Type"]} if "Type" in each else {}),
            **({"jobId": ids[each["JobId.$"].split(".")[2]]} if "JobId.$" in each else {}),
        }
        for each in parameters.get("DependsOn", ())
    ]
    return {
        "jobName": parameters["JobName"],
        "jobQueue": parameters["JobQueue"],
        "jobDefinition": parameters["JobDefinition"],
        "dependsOn": dependencies,
        "parameters": parameters.get("Parameters", {}),
        **(
            {"arrayProperties": {"size": size["Size"]}} if (size := parameters.get("ArrayProperties")) else {}
        ),
    }


class Order:
    """Notes when each child of each job has started and ended."""

    def __init__(self, session: Session) -> None:
        self._ticks = itertools.count()
        self.seen: dict[tuple[str, int, str], int] = {}
        session.batch.history.listeners.append(self._note)

    def _note(self, record: Any, index: int | None, state: Any) -> None:
        if index is not None or not record.is_array:  # and not the parent of an array
            self.seen[record.name, index or 0, state.name] = next(self._ticks)

    def span(self, name: str, state: str) -> list[int]:
        """Return when the children of a job have reached a state, child after child."""
        return [at for (job, _, reached), at in sorted(self.seen.items()) if (job, reached) == (name, state)]


def test_the_array_workflow_keeps_its_order(tmp_path: Path) -> None:
    """A, then 10,000 children B, each followed by its child C, then D child after child, then E."""
    session = opened("array_workflow", tmp_path, RecordedExecutor([Recording()]), gpus=0)
    order, stack = Order(session), LocalStack(session)
    ids: dict[str, str] = {}
    for name, parameters in requests_of(session).items():
        ids[name] = stack.submit_request(as_request(parameters, ids)).id
    assert session.batch.wait(ids["E"], 300)
    session.batch.close()
    assert {name: session.batch.jobs[each].job.state.name for name, each in ids.items()} == dict.fromkeys(
        "ABCDE", "SUCCEEDED"
    )
    started = {name: order.span(name, "RUNNING") for name in ("list", "work", "check", "merge", "clean-up")}
    ended = {name: order.span(name, "SUCCEEDED") for name in started}
    assert [len(each) for each in started.values()] == [1, 10_000, 10_000, 10, 1]
    assert ended["list"][0] < min(started["work"])
    assert all(done < start for done, start in zip(ended["work"], started["check"], strict=True))
    assert max(ended["check"]) < started["merge"][0]
    assert all(done < start for done, start in zip(ended["merge"], started["merge"][1:], strict=False))
    assert max(ended["merge"]) < started["clean-up"][0]
