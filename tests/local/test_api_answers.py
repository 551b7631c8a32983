"""What the API answers: every operation of AWS Batch, in the shapes that SDKs parse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from batch_constructs.facts.operations import operations, problems
from batch_constructs.local.api.calls import SERVED, call
from tests.local.requests_by_hand import send
from tests.local.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

FOR_SAGEMAKER = re.compile("ServiceJob|ServiceEnvironment|QuotaShare")
TOLERATED = {
    # The model calls it required; AWS says that it appears when a job reaches RUNNING.
    "startedAt is required",
    # Lengths are limits of requests: AWS answers with empty tags.
    "Member must have length greater than or equal to 1",
}
"""What AWS itself does in answers, whatever the model says."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("answers") / "state").add_resources().add_jobs()
    yield made
    made.close()


def requests(world: World) -> dict[str, list[dict[str, Any]]]:
    """Requests of every operation that reads."""
    ids = list(world.ids.values())
    array, nodes = world.ids["array"], world.ids["nodes"]
    arn = world.batch.resources.queues["q"]["jobQueueArn"]
    states = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
    return {
        "DescribeComputeEnvironments": [{}, {"computeEnvironments": ["ec2"]}],
        "DescribeJobQueues": [{}, {"jobQueues": [arn]}],
        "DescribeJobDefinitions": [{}, {"jobDefinitionName": "rich"}, {"status": "ACTIVE"}],
        "DescribeSchedulingPolicies": [{"arns": [world.batch.resources.policies["shares"]["arn"]]}],
        "ListSchedulingPolicies": [{}],
        "DescribeConsumableResource": [{"consumableResource": "license"}],
        "ListConsumableResources": [{}],
        "ListJobsByConsumableResource": [{"consumableResource": "license"}],
        "DescribeJobs": [{"jobs": [*ids, f"{array}:1", f"{nodes}#1"]}],
        "ListJobs": [
            *({"jobQueue": "q", "jobStatus": state} for state in states),
            {"jobQueue": "q", "filters": [{"name": "JOB_NAME", "values": ["*"]}]},
            {"arrayJobId": array},
            {"multiNodeJobId": nodes},
        ],
        "GetJobQueueSnapshot": [{"jobQueue": "q"}, {"jobQueue": "shares"}],
        "ListTagsForResource": [{"resourceArn": arn}],
    }


def test_every_answer_that_reads_has_the_shape_of_the_api(world: World) -> None:
    """Types, words and members are those of the output shapes, for jobs of all kinds and in all states."""
    wrong = [
        f"{name}: {problem}"
        for name, several in requests(world).items()
        for request in several
        for problem in problems(operations()[name].output, call(world.batch, name, request))
        if not any(problem.endswith(each) for each in TOLERATED)
    ]
    assert wrong == []


def test_botocore_reads_every_member_that_is_sent(world: World) -> None:
    """The parser of SDKs drops nothing of any answer."""
    for name, several in requests(world).items():
        method = getattr(world.client, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
        for request in several:
            parsed = method(**request)
            del parsed["ResponseMetadata"]
            sent = call(world.batch, name, request)
            for answer in (parsed, sent):
                for part in ("frontOfQueue", "queueUtilization"):
                    answer.get(part, {}).pop("lastUpdatedAt", None)
            assert parsed == sent, name


def test_the_facts_know_every_operation_of_the_model() -> None:
    """Paths, methods and shapes are those of botocore's model."""
    model = ServiceModel(Loader().load_service_model("batch", "service-2"))
    found = {
        name: (
            model.operation_model(name).http["method"],
            model.operation_model(name).http["requestUri"],
        )
        for name in model.operation_names
    }
    assert found == {name: (each.method, each.path) for name, each in operations().items()}


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_is_served_or_says_that_it_is_not(world: World, name: str) -> None:
    """None is unknown; one that is not served names itself with status 501."""
    if name in SERVED:
        assert not FOR_SAGEMAKER.search(name)
        return
    operation = operations()[name]
    reply = send(world.server.url, operation.method, operation.path, "{}")
    assert (bool(FOR_SAGEMAKER.search(name)), reply.status, reply.headers["x-amzn-errortype"]) == (
        True,
        501,
        "NotImplementedException",
    )
    assert name in reply.body["message"]
