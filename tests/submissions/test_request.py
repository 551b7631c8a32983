"""The request: checked when created, and in the shape that AWS takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs import (
    ArrayDependency,
    ContainerOverrides,
    Ec2JobDefinition,
    EksContainerOverrides,
    EksPodOverrides,
    ImportedJobQueue,
    JobDependency,
    NodeOverrides,
    NodePropertyOverride,
    NodeRange,
    RetryStrategy,
    SubmitJobRequest,
    TaskContainerOverrides,
)
from batch_constructs.job_definitions.base import name_and_revisions

if TYPE_CHECKING:
    from aws_cdk import Stack

QUEUE_ARN = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
SUBMIT_JOB = boto3.client("batch", region_name="eu-west-1").meta.service_model.operation_model("SubmitJob")
WORDS = st.text(alphabet="abcXYZ019", min_size=1, max_size=20)


def request(**members: Any) -> SubmitJobRequest:
    """Return a small request; arguments can be changed."""
    return SubmitJobRequest(
        **{"job_name": "nightly", "job_queue": "queue", "job_definition": "align", **members}
    )


def problems_of(arguments: dict[str, Any]) -> str:
    """Return botocore's report about the arguments of a call."""
    return str(ParamValidator().validate(arguments, SUBMIT_JOB.input_shape).generate_report())


OF_CONTAINERS: dict[str, Any] = {
    "command": st.none() | st.lists(WORDS, min_size=1, max_size=3),
    "environment": st.dictionaries(WORDS, st.text(max_size=5), max_size=3),
    "vcpus": st.none() | st.sampled_from([0.25, 1, 4]),
    "memory_mib": st.none() | st.integers(4, 100_000),
    "gpus": st.none() | st.integers(1, 8),
}
OF_CONTAINER = st.builds(ContainerOverrides, **OF_CONTAINERS)
OF_TASKS = st.lists(
    st.builds(TaskContainerOverrides, name=WORDS, **OF_CONTAINERS),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.name,
)
OF_PODS = st.builds(
    EksPodOverrides,
    containers=st.lists(
        st.builds(
            EksContainerOverrides,
            name=WORDS,
            image=st.none() | WORDS,
            args=st.none() | st.lists(WORDS, min_size=1),
            vcpus_limit=st.none() | st.just(8),
            **OF_CONTAINERS,
        ),
        max_size=3,
        unique_by=lambda each: each.name,
    ),
    namespace=st.none() | st.just("jobs"),
    labels=st.dictionaries(WORDS, WORDS, max_size=2),
    annotations=st.dictionaries(WORDS, WORDS, max_size=2),
)
KINDS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    OF_CONTAINER.map(lambda each: {"container_overrides": each}),
    OF_TASKS.map(lambda each: {"ecs_properties_override": each}),
    OF_PODS.map(lambda each: {"eks_properties_override": each}),
)
OF_NODES = st.builds(
    NodeOverrides,
    num_nodes=st.none() | st.integers(1, 100),
    node_property_overrides=st.lists(
        KINDS.map(
            lambda kind: NodePropertyOverride(
                target_nodes="0:",
                instance_type=None if "eks_properties_override" in kind else "c7i.large",
                **kind,
            )
        ),
        max_size=3,
    ),
)
PLAIN: dict[str, Any] = {
    "job_name": WORDS,
    "array_size": st.none() | st.integers(2, 10_000),
    "parameters": st.dictionaries(WORDS, WORDS, max_size=3),
    "retry_strategy": st.none() | st.builds(RetryStrategy.on_spot_reclaim, st.integers(1, 10)),
    "timeout_seconds": st.none() | st.integers(60, 10**6),
    "depends_on": st.lists(st.builds(JobDependency, job_id=WORDS), max_size=20),
    "consumes": st.dictionaries(WORDS, st.integers(1, 5), max_size=2),
    "share_identifier": st.none() | WORDS,
    "scheduling_priority_override": st.none() | st.integers(0, 9999),
    "propagate_tags": st.none() | st.just(value=False),
    "tags": st.dictionaries(WORDS, WORDS, max_size=3),
}
REQUESTS = st.builds(
    lambda kind, **plain: request(**plain, **kind),
    KINDS | OF_NODES.map(lambda each: {"node_overrides": each}),
    **PLAIN,
)


@given(REQUESTS)
def test_boto3_takes_every_legal_request(each: SubmitJobRequest) -> None:
    """The arguments have the shape of the service's model."""
    assert problems_of(each.to_boto3()) == ""


def test_only_what_is_given_is_sent() -> None:
    """A minimal request has three members: name, queue, definition."""
    assert request().to_boto3() == {"jobName": "nightly", "jobQueue": "queue", "jobDefinition": "align"}


def test_amounts_override_by_resource_requirements() -> None:
    """Definitions with resource requirements ignore the deprecated ``vcpus`` and ``memory`` (JOB-06)."""
    overrides = ContainerOverrides(vcpus=2, memory_mib=4000, gpus=1, environment={"A": "1"}, command=["run"])
    assert request(container_overrides=overrides).to_boto3()["containerOverrides"] == {
        "command": ["run"],
        "environment": [{"name": "A", "value": "1"}],
        "resourceRequirements": [
            {"type": "VCPU", "value": "2"},
            {"type": "MEMORY", "value": "4000"},
            {"type": "GPU", "value": "1"},
        ],
    }


def test_one_of_several_containers_is_changed_by_name() -> None:
    """There is one task, and its other containers stay unchanged."""
    overrides = [TaskContainerOverrides(name="main", memory_mib=4000)]
    assert request(ecs_properties_override=overrides).to_boto3()["ecsPropertiesOverride"] == {
        "taskProperties": [
            {"containers": [{"name": "main", "resourceRequirements": [{"type": "MEMORY", "value": "4000"}]}]}
        ]
    }


def test_a_pod_is_changed_in_the_words_of_kubernetes() -> None:
    """Memory and GPUs are both request and limit; keys of labels stay as the user wrote them."""
    pod = EksPodOverrides(
        containers=[
            EksContainerOverrides(
                name="main", args=["-v"], vcpus=0.5, vcpus_limit=2, memory_mib=512, environment={"A": "1"}
            )
        ],
        init_containers=[EksContainerOverrides(name="fetch", image="fetch:2")],
        labels={"team": "x"},
        namespace="other",
    )
    state = request(eks_properties_override=pod).to_step_functions_state(wait=False)
    assert state["Parameters"]["EksPropertiesOverride"] == {
        "PodProperties": {
            "Containers": [
                {
                    "Name": "main",
                    "Args": ["-v"],
                    "Env": [{"Name": "A", "Value": "1"}],
                    "Resources": {
                        "Requests": {"cpu": "0.5", "memory": "512Mi"},
                        "Limits": {"cpu": "2", "memory": "512Mi"},
                    },
                }
            ],
            "InitContainers": [{"Name": "fetch", "Image": "fetch:2"}],
            "Metadata": {"Labels": {"team": "x"}, "Namespace": "other"},
        }
    }


def test_nodes_are_changed_by_their_ranges() -> None:
    """Number and ranges of nodes are rendered; a range may be a value or a string."""
    overrides = NodeOverrides(
        num_nodes=8,
        node_property_overrides=[
            NodePropertyOverride(
                target_nodes=NodeRange(first=0, last=0), container_overrides=ContainerOverrides(vcpus=2)
            ),
            NodePropertyOverride(target_nodes="1:", instance_type="c7i.large", consumes={"licence": 1}),
            NodePropertyOverride(
                target_nodes="2:", instance_type="c7i.large", container_overrides=ContainerOverrides()
            ),
        ],
    )
    assert request(node_overrides=overrides).to_boto3()["nodeOverrides"] == {
        "numNodes": 8,
        "nodePropertyOverrides": [
            {
                "targetNodes": "0:0",
                "containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "2"}]},
            },
            {
                "targetNodes": "1:",
                "instanceTypes": ["c7i.large"],
                "consumableResourcePropertiesOverride": {
                    "consumableResourceList": [{"consumableResource": "licence", "quantity": 1}]
                },
            },
            {"targetNodes": "2:", "containerOverrides": {"instanceType": "c7i.large"}},
        ],
    }


def test_fails_when_pods_are_given_an_instance_type() -> None:
    """AWS Batch takes instance types for nodes on ECS only."""
    with pytest.raises(ValueError, match="instance_type must be left out for nodes that run pods"):
        NodePropertyOverride(
            target_nodes="0:",
            instance_type="c7i.large",
            eks_properties_override=EksPodOverrides(namespace="jobs"),
        )


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"ecs_properties_override": [TaskContainerOverrides(name="main")]}, "ecs_properties_override"),
        ({"eks_properties_override": EksPodOverrides(namespace="jobs")}, "eks_properties_override"),
        ({"node_overrides": NodeOverrides(num_nodes=2)}, "node_overrides"),
        ({"consumes": {"licence": 1}}, "consumes"),
    ],
)
def test_fails_when_the_carrier_cannot_carry_the_overrides(members: dict[str, Any], name: str) -> None:
    """Fails for rules and pipes, which take overrides of one container only; Scheduler takes all."""
    arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/queue"
    each = request(job_queue=arn, **members)
    with pytest.raises(ValueError, match=f"an EventBridge rule cannot carry {name}"):
        each.to_event_target()
    with pytest.raises(ValueError, match=f"an EventBridge pipe cannot carry {name}"):
        each.to_pipe_parameters()
    assert len(each.to_scheduler_input()) == 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TaskContainerOverrides(name=""), "name must be the name of a container"),
        (lambda: TaskContainerOverrides(name="a", gpus=0), "gpus must be at least 1"),
        (lambda: EksContainerOverrides(vcpus=0.3), "vcpus must be a multiple of 0.25"),
        (lambda: EksContainerOverrides(memory_mib=3), "memory_mib must be at least 4"),
        (lambda: EksContainerOverrides(vcpus=2, vcpus_limit=1), "vcpus_limit must be at least vcpus"),
        (lambda: EksContainerOverrides(image=""), "image must be"),
        (lambda: EksContainerOverrides(environment={"AWS_BATCH_X": "1"}), "the environment name"),
        (lambda: EksPodOverrides(namespace="default"), "namespace must be"),
        (lambda: EksPodOverrides(annotations={"a": "x" * 256}), "the length of the annotation 'a'"),
        (
            lambda: EksPodOverrides(containers=[EksContainerOverrides(name="a")] * 2),
            "each container must be named once, got 'a' twice",
        ),
        (lambda: EksPodOverrides(containers=[EksContainerOverrides()] * 11), "the number of containers"),
        (lambda: NodePropertyOverride(target_nodes="0-3"), "target_nodes must be a range of node indexes"),
        (lambda: NodePropertyOverride(target_nodes=":", consumes={"a": 0}), "the quantity of a consumable"),
        (
            lambda: NodePropertyOverride(
                target_nodes=":",
                container_overrides=ContainerOverrides(vcpus=1),
                eks_properties_override=EksPodOverrides(namespace="jobs"),
            ),
            "of one kind, that of the definition, got container_overrides and eks_properties_override",
        ),
        (lambda: NodeOverrides(num_nodes=0), "num_nodes must be at least 1"),
        (
            lambda: request(
                ecs_properties_override=[TaskContainerOverrides(name="a")] * 2,
                node_overrides=NodeOverrides(num_nodes=1),
            ),
            "got ecs_properties_override and node_overrides",
        ),
        (lambda: request(consumes={"licence": 0}), "the quantity of a consumable"),
        (
            lambda: request(propagate_tags=True, eks_properties_override=EksPodOverrides(namespace="jobs")),
            "propagate_tags is for jobs on ECS",
        ),
    ],
)
def test_fails_when_an_override_of_another_kind_is_impossible(make: Any, message: str) -> None:
    """Fails when AWS would refuse it, or when no definition can have both."""
    with pytest.raises(ValueError, match=message):
        make()


def test_an_array_can_wait_for_another_and_for_itself() -> None:
    """N_TO_N names the other array, SEQUENTIAL names no job."""
    depends = [
        JobDependency(job_id="a", type=ArrayDependency.N_TO_N),
        JobDependency(type=ArrayDependency.SEQUENTIAL),
        JobDependency(job_id="b"),
    ]
    assert request(array_size=10, depends_on=depends).to_boto3()["dependsOn"] == [
        {"jobId": "a", "type": "N_TO_N"},
        {"type": "SEQUENTIAL"},
        {"jobId": "b"},
    ]


def test_keys_of_the_users_keep_their_case() -> None:
    """Members are capitalised for Scheduler and Step Functions; keys of parameters and tags are not."""
    state = request(parameters={"inputFile": "a"}, tags={"team": "x"}, array_size=2).to_step_functions_state()
    assert state["Resource"] == "arn:aws:states:::batch:submitJob.sync"
    assert state["Parameters"]["ArrayProperties"] == {"Size": 2}
    assert state["Parameters"]["Parameters"] == {"inputFile": "a"}
    assert state["Parameters"]["Tags"] == {"team": "x"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"job_name": "-a"}, "job_name must be"),
        ({"job_name": "a" * 129}, "job_name must be"),
        ({"job_queue": ""}, "job_queue must be a name or an ARN"),
        ({"job_definition": ""}, "job_definition must be a name or an ARN"),
        ({"share_identifier": "a" * 256}, "share_identifier must be"),
        ({"share_identifier": ""}, "share_identifier must be"),
        ({"array_size": 1}, "array_size must be from 2 to 10,000"),
        ({"array_size": 10_001}, "array_size must be from 2 to 10,000"),
        ({"timeout_seconds": 59}, "timeout_seconds must be at least 60"),
        ({"scheduling_priority_override": 10_000}, "scheduling_priority_override must be from 0 to 9,999"),
        ({"depends_on": [JobDependency(job_id="a")] * 21}, "the length of depends_on"),
        ({"depends_on": [JobDependency(type=ArrayDependency.SEQUENTIAL)]}, "only an array job"),
        ({"tags": {str(number): "" for number in range(51)}}, "the number of tags"),
        ({"tags": {"aws:x": "1"}}, "not begin with 'aws:'"),
        ({"tags": {"team": "x" * 257}}, "the length of the tag 'team'"),
    ],
)
def test_fails_when_a_member_is_impossible(members: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the request."""
    with pytest.raises(ValueError, match=message):
        request(**members)


@pytest.mark.parametrize(
    "members",
    [
        {"job_name": "0" * 128},
        {"array_size": 2},
        {"array_size": 10_000},
        {"timeout_seconds": 60},
        {"scheduling_priority_override": 0},
        {"scheduling_priority_override": 9_999},
        {"depends_on": [JobDependency(job_id="a")] * 20},
        {"depends_on": [JobDependency(type=ArrayDependency.SEQUENTIAL)], "array_size": 2},
        {"tags": {str(number): "" for number in range(50)}},
        {"tags": {"t" * 128: "x" * 256}},
        {"share_identifier": "a" * 255},
        {"container_overrides": ContainerOverrides(command=["a"], vcpus=0.25, memory_mib=4, gpus=1)},
        {"container_overrides": ContainerOverrides(environment={"XAWS_BATCH": ""})},
        {"retry_strategy": RetryStrategy(attempts=10)},
    ],
)
def test_the_last_legal_value_passes(members: dict[str, Any]) -> None:
    """Each value is one step before a refusal, and the service's own model accepts it, too."""
    assert problems_of(request(**members).to_boto3()) == ""


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"command": ["a", ""]}, "command must not hold an empty string"),
        ({"environment": {"AWS_BATCH_X": "1"}}, "'AWS_BATCH_X' must be"),
        ({"vcpus": 0}, "vcpus must be more than 0"),
        ({"memory_mib": 3}, "memory_mib must be at least 4"),
        ({"gpus": 0}, "gpus must be at least 1"),
    ],
)
def test_fails_when_an_override_is_impossible(members: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the override."""
    with pytest.raises(ValueError, match=message):
        ContainerOverrides(**members)


@pytest.mark.parametrize(
    "members", [{}, {"type": ArrayDependency.N_TO_N}, {"job_id": "a", "type": ArrayDependency.SEQUENTIAL}]
)
def test_fails_when_id_and_type_do_not_go_together(members: dict[str, Any]) -> None:
    """Fails when there is no job to wait for, or one that would be ignored."""
    with pytest.raises(ValueError, match="dependency"):
        JobDependency(**members)


def test_queues_and_definitions_are_taken_as_they_are(stack: Stack) -> None:
    """Inside an app a request takes constructs: the queue by ARN, the definition without a revision."""
    from aws_cdk import Size

    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE_ARN)
    job = Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512))
    found = SubmitJobRequest(job_name="a", job_queue=queue, job_definition=job)
    rendered = stack.resolve(found.to_scheduler_input())
    assert rendered["JobQueue"] == QUEUE_ARN
    assert rendered["JobDefinition"] == stack.resolve(f"{name_and_revisions(job.job_definition_arn)[0]}")
    assert found.to_event_target()["Arn"] == QUEUE_ARN


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"job_queue": 7}, "job_queue must be"),
        ({"job_definition": ImportedJobQueue}, "job_definition must be"),
        ({"job_queue": ""}, "job_queue must be a name or an ARN, got an empty string"),
    ],
)
def test_fails_when_a_place_is_of_another_kind(members: dict[str, Any], message: str) -> None:
    """Fails where the request is written, instead of with a missing attribute."""
    with pytest.raises(ValueError, match=message):
        SubmitJobRequest(**{"job_name": "a", "job_queue": "q", "job_definition": "d", **members})


def test_fails_when_a_queue_stands_where_a_definition_belongs(stack: Stack) -> None:
    """Fails with the kind that is needed."""
    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE_ARN)
    with pytest.raises(
        ValueError, match=r"job_definition must be .*IJobDefinitionRef, got an ImportedJobQueue"
    ):
        SubmitJobRequest(job_name="a", job_queue=queue, job_definition=queue)  # type: ignore[arg-type]


def test_fails_when_boto3_would_be_given_a_construct(stack: Stack) -> None:
    """Fails with the remedy: a running program has names."""
    from aws_cdk import Aws

    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=f"{Aws.STACK_NAME}:job-queue/nightly")
    found = SubmitJobRequest(job_name="a", job_queue=queue, job_definition="align")
    with pytest.raises(ValueError, match=r"jobQueue must be known when to_boto3 is called.*CfnOutput"):
        found.to_boto3()


def test_fails_when_step_functions_would_break_a_job_of_several_containers() -> None:
    """Fails for the state that awaits; one that only submits uses the SDK's integration, which adds nothing."""
    overrides = [TaskContainerOverrides(name="main", command=["run"])]
    with pytest.raises(ValueError, match="wait must be False for a job with several containers"):
        request(ecs_properties_override=overrides).to_step_functions_state()
    state = request(ecs_properties_override=overrides).to_step_functions_state(wait=False)
    assert state["Resource"] == "arn:aws:states:::aws-sdk:batch:submitJob"


def test_fails_when_container_overrides_are_too_long() -> None:
    """Fails as AWS Batch would for Netflix/metaflow#1482, above 8,192 characters."""
    with pytest.raises(
        ValueError, match="container_overrides must have at most 8,192 characters as JSON, got"
    ):
        request(container_overrides=ContainerOverrides(environment={"A": "x" * 8_192}))
    request(container_overrides=ContainerOverrides(environment={"A": "x" * 8_000}))
