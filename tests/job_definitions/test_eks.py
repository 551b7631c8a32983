"""Jobs on Amazon EKS: pods with one node, and with several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    DnsPolicy,
    EksContainer,
    EksEmptyDir,
    EksHostPath,
    EksJobDefinition,
    EksMount,
    EksPersistentVolumeClaim,
    EksPod,
    EksSecret,
    EksSecurityContext,
    EmptyDirMedium,
    ImagePullPolicy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Only = Callable[[str], dict[str, Any]]
    Synth = Callable[[], dict[str, dict[str, Any]]]

DEFINITION = "AWS::Batch::JobDefinition"


def container(**arguments: Any) -> EksContainer:
    """Return a small container; arguments can be changed."""
    from aws_cdk import Size

    return EksContainer(**{"image": "busybox", "vcpus": 0.5, "memory": Size.mebibytes(512), **arguments})


def define(stack: Stack, *containers: EksContainer, **arguments: Any) -> EksJobDefinition:
    return EksJobDefinition(stack, "Job", containers=containers or [container()], **arguments)


def pod_of(only: Only) -> dict[str, Any]:
    found: dict[str, Any] = only(DEFINITION)["EksProperties"]["PodProperties"]
    return found


def test_a_pod_is_its_only_resource(stack: Stack, synth: Synth) -> None:
    """There are no roles, log group, platform or tag propagation, since pods have none of them."""
    define(stack)
    [definition] = synth().values()
    assert definition["Properties"] == {
        "Type": "container",
        "ResourceRetentionPolicy": {"SkipDeregisterOnUpdate": True},
        "EksProperties": {
            "PodProperties": {
                "Containers": [
                    {
                        "Image": "busybox",
                        "Resources": {
                            "Requests": {"cpu": "0.5", "memory": "512Mi"},
                            "Limits": {"memory": "512Mi"},
                        },
                    }
                ]
            }
        },
    }


def test_gpus_and_memory_are_asked_for_as_request_and_as_limit(stack: Stack, only: Only) -> None:
    """AWS Batch refuses a pod whose limit of either differs from its request; only vCPUs may have a higher limit."""
    from aws_cdk import Size

    define(stack, container(vcpus=2, vcpus_limit=4, gpus=1, memory=Size.gibibytes(3)))
    [found] = pod_of(only)["Containers"]
    assert found["Resources"] == {
        "Requests": {"cpu": "2", "memory": "3072Mi", "nvidia.com/gpu": "1"},
        "Limits": {"cpu": "4", "memory": "3072Mi", "nvidia.com/gpu": "1"},
    }


def test_the_same_object_is_one_volume_in_all_containers(stack: Stack, only: Only) -> None:
    """An init container shares files with the others by a directory of the pod; each mounts it at its own path."""
    shared = EksEmptyDir(medium=EmptyDirMedium.MEMORY)
    define(
        stack,
        container(name="main", mounts={"/in": EksMount(shared, read_only=True, sub_path="ready")}),
        init_containers=[container(name="fetch", mounts={"/out": shared})],
    )
    pod = pod_of(only)
    assert pod["Volumes"] == [{"Name": "out", "EmptyDir": {"Medium": "Memory"}}]
    assert pod["InitContainers"][0]["VolumeMounts"] == [{"Name": "out", "MountPath": "/out"}]
    assert pod["Containers"][0]["VolumeMounts"] == [
        {"Name": "out", "MountPath": "/in", "ReadOnly": True, "SubPath": "ready"}
    ]


def test_equal_volumes_are_different_ones(stack: Stack, only: Only) -> None:
    """Two empty directories are two volumes, even if their paths would give them the same name."""
    define(stack, container(mounts={"/data": EksEmptyDir(), "/Data/": EksEmptyDir()}))
    assert [each["Name"] for each in pod_of(only)["Volumes"]] == ["data", "data-2"]


def test_every_kind_of_volume(stack: Stack, only: Only) -> None:
    """Directories of the pod and of the node, secrets, and claims are rendered."""
    from aws_cdk import Size

    mounts = {
        "/scratch": EksEmptyDir(size_limit=Size.gibibytes(20)),
        "/host": EksHostPath("/instance-store"),
        "/secret": EksSecret("token", optional=True),
        "/claim": EksPersistentVolumeClaim("results", read_only=True),
    }
    define(stack, container(mounts=mounts))
    assert pod_of(only)["Volumes"] == [
        {"Name": "scratch", "EmptyDir": {"Medium": "", "SizeLimit": "20480Mi"}},
        {"Name": "host", "HostPath": {"Path": "/instance-store"}},
        {"Name": "secret", "Secret": {"SecretName": "token", "Optional": True}},
        {"Name": "claim", "PersistentVolumeClaim": {"ClaimName": "results", "ReadOnly": True}},
    ]


def test_metadata_that_the_cdk_does_not_know_reaches_the_template(stack: Stack, only: Only) -> None:
    """Pain 25 (aws-cdk#30906): annotations and namespace are rendered, which the CDK's struct lacks."""
    define(stack, labels={"team": "genomics"}, annotations={"example.com/a.b": "c"}, namespace="jobs")
    assert pod_of(only)["Metadata"] == {
        "Labels": {"team": "genomics"},
        "Annotations": {"example.com/a.b": "c"},
        "Namespace": "jobs",
    }


def test_several_containers_and_init_containers(stack: Stack, only: Only) -> None:
    """Pain 25 (aws-cdk#34270): the L2 has one container in a pod, and no init containers."""
    define(
        stack,
        container(name="main"),
        container(name="side", command=["serve"], args=["--port", "1"], environment={"A": "b"}),
        init_containers=[container(name="fetch", image_pull_policy=ImagePullPolicy.ALWAYS)],
    )
    pod = pod_of(only)
    assert [each["Name"] for each in (*pod["InitContainers"], *pod["Containers"])] == [
        "fetch",
        "main",
        "side",
    ]
    assert pod["InitContainers"][0]["ImagePullPolicy"] == "Always"
    side = pod["Containers"][1]
    assert (side["Command"], side["Args"]) == (["serve"], ["--port", "1"])
    assert side["Env"] == [{"Name": "A", "Value": "b"}]


def test_placeholders_of_commands_and_arguments_are_known(stack: Stack) -> None:
    """Placeholders of all containers are known, including init containers."""
    definition = define(
        stack,
        container(name="main", command=["run", "Ref::input"], args=["Ref::mode"]),
        init_containers=[container(name="fetch", args=["Ref::url"])],
        parameters={"mode": "fast"},
    )
    assert definition.placeholders == {"input", "mode", "url"}
    assert definition.parameters == {"mode": "fast"}


def test_an_image_of_the_cdk_is_built_once(stack: Stack, only: Only, tmp_path: Any) -> None:
    """It is built once for any number of containers."""
    from aws_cdk import aws_ecs as ecs

    (tmp_path / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "Dockerfile").write_text("FROM scratch\nUSER 1\n", encoding="utf-8")
    one = ecs.ContainerImage.from_asset(str(tmp_path))
    two = ecs.ContainerImage.from_asset(str(tmp_path / "more"))
    define(stack, *(container(name=f"c{n}", image=image) for n, image in enumerate((one, two, one))))
    images = [each["Image"] for each in pod_of(only)["Containers"]]
    assert images[0] == images[2] != images[1]


def test_revisions_are_registered_without_passing_a_role(stack: Stack, synth: Synth) -> None:
    """A definition on EKS names no role."""
    from aws_cdk import aws_iam as iam

    user = iam.User(stack, "User")
    define(stack).grant_register(user)
    [policy] = [each for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert not any("iam:PassRole" in str(statement["Action"]) for statement in statements)


def test_fails_when_logs_are_asked_for(stack: Stack) -> None:
    """Fails when logs are granted, since only the cluster's log agent knows where they are."""
    from aws_cdk import aws_iam as iam

    definition = define(stack)
    with pytest.raises(ValueError, match="the cluster's log agent"):
        definition.grant_read_logs(iam.User(stack, "User"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vcpus": 0.3}, "vcpus must be a multiple of 0.25 such as 0.5 or 2, got 0.3"),
        ({"vcpus": 0}, "vcpus must be a multiple of 0.25"),
        ({"vcpus": 2, "vcpus_limit": 1}, "vcpus_limit must be at least vcpus, got 1 and 2"),
        ({"gpus": 0}, "gpus must be at least 1 GPUs, got 0"),
        ({"gpus": 0.5}, "gpus must be a whole number, at least 1 GPUs, got 0.5"),
        ({"name": "-x"}, "name must be up to 63 letters, digits and hyphens"),
        ({"environment": {"AWS_BATCH_X": "1"}}, "the environment name 'AWS_BATCH_X'"),
        ({"mounts": {"data": EksEmptyDir()}}, "the paths of mounts must be absolute"),
        ({"mounts": {"/": EksEmptyDir()}}, "the paths of mounts must be absolute, not the root"),
        ({"image": ""}, "image must be"),
    ],
)
def test_fails_when_aws_would_refuse_a_container(arguments: dict[str, Any], message: str) -> None:
    """Fails when AWS Batch or Kubernetes would refuse a container."""
    with pytest.raises(ValueError, match=message):
        container(**arguments)


@pytest.mark.parametrize(
    ("kibibytes", "message"),
    [
        (1_024, "memory must be at least 4 MiB, got 1"),
        (1_025 * 8, r"memory must be a whole number, at least 4 MiB, got 8\.0"),
    ],
)
def test_fails_when_memory_is_too_small_or_no_whole_number(kibibytes: int, message: str) -> None:
    """Fails when memory is less than 4 MiB, or not whole MiB (which the CDK would refuse in JavaScript)."""
    from aws_cdk import Size

    with pytest.raises(ValueError, match=message):
        container(memory=Size.kibibytes(kibibytes))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EksHostPath("scratch"), "path must be absolute, such as /scratch"),
        (lambda: EksSecret("Not_A_Name"), "secret_name must be a DNS subdomain"),
        (lambda: EksPersistentVolumeClaim(""), "claim_name must be a DNS subdomain"),
        (lambda: EksMount(EksEmptyDir(), sub_path="/a"), "sub_path must be relative"),
        (lambda: EksMount(EksEmptyDir(), sub_path="a/../../b"), "sub_path must be relative"),
        (lambda: EksSecurityContext(run_as_user=-1), "run_as_user must be from 0"),
        (lambda: EksSecurityContext(run_as_group=2_147_483_648), "run_as_group must be from 0"),
        (
            lambda: EksSecurityContext(run_as_user=0, run_as_non_root=True),
            "must not be 0 with run_as_non_root",
        ),
        (
            lambda: EksSecurityContext(privileged=True, allow_privilege_escalation=False),
            "must not be False with privileged",
        ),
    ],
)
def test_fails_when_a_part_of_a_container_is_wrong(make: Callable[[], object], message: str) -> None:
    """Fails when AWS Batch or Kubernetes would refuse a volume, a mount or a right."""
    with pytest.raises(ValueError, match=message):
        make()


def test_fails_when_an_empty_directory_holds_nothing() -> None:
    """Fails when its limit is 0."""
    from aws_cdk import Size

    with pytest.raises(ValueError, match="size_limit must be at least 1 MiB, got 0"):
        EksEmptyDir(size_limit=Size.mebibytes(0))


def test_fails_with_all_that_is_wrong_with_a_definition(stack: Stack) -> None:
    """Fails when pod and settings are wrong, with one message for all of it and nothing in the tree."""
    from aws_cdk import Duration

    before = len(stack.node.children)
    with pytest.raises(ValueError, match=r"\A") as raised:
        define(
            stack,
            container(),
            container(),
            init_containers=[container(name=f"c{number}") for number in range(11)],
            namespace="kube-system",
            service_account_name="A",
            image_pull_secrets=["B"],
            labels={"a": "x" * 64},
            annotations={"/": "x", "a": "x" * 256},
            timeout=Duration.seconds(1),
            job_definition_name="!",
        )
    text = str(raised.value)
    assert len(text.splitlines()) == 10, text
    for part in (
        "job_definition_name must be",
        "timeout must be",
        "the number of init_containers must be from 0 to 10",
        "each container of a pod must have its own name, got 'Default' twice",
        "service_account_name must be",
        "each of image_pull_secrets must be",
        "namespace must be",
        "the value of the label 'a' must be",
        "the annotation key '/' must be",
        "the length of the annotation 'a' must be",
    ):
        assert part in text
    assert len(stack.node.children) == before


def test_fails_when_an_image_brings_credentials_for_ecs(stack: Stack) -> None:
    """Fails when an image of the CDK has a secret, which Kubernetes could not read."""
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = secretsmanager.Secret(stack, "Secret")
    image = ecs.ContainerImage.from_registry("registry.example.com/a:1", credentials=secret)
    with pytest.raises(ValueError, match="name secrets of Kubernetes in image_pull_secrets"):
        container(image=image)
    assert container(image=ecs.ContainerImage.from_registry("registry.example.com/a:1"))


def test_tokens_pass(stack: Stack, only: Only) -> None:
    """A value that only CloudFormation knows is no error, and is rendered as a reference."""
    from aws_cdk import CfnParameter, Size

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    define(
        stack,
        container(
            image=text,
            vcpus=number,
            vcpus_limit=number,
            gpus=number,
            memory=Size.mebibytes(number),
            name=text,
            mounts={text: EksPersistentVolumeClaim(text)},
        ),
        namespace=text,
        service_account_name=text,
        image_pull_secrets=[text],
        annotations={"a": text},
        labels={"a": text},
        dns_policy=DnsPolicy.DEFAULT,
    )
    pod = pod_of(only)
    [found] = pod["Containers"]
    memory = {"Fn::Join": ["", [{"Ref": "Number"}, "Mi"]]}
    assert found["Resources"]["Requests"] == {
        "cpu": {"Ref": "Number"},
        "memory": memory,
        "nvidia.com/gpu": {"Ref": "Number"},
    }
    assert pod["Volumes"] == [{"Name": "volume", "PersistentVolumeClaim": {"ClaimName": {"Ref": "Text"}}}]
    assert pod["Metadata"]["Namespace"] == {"Ref": "Text"}


def test_a_pod_is_a_value() -> None:
    """One pod can be used in several definitions."""
    one = container()
    assert EksPod(containers=[one]) == EksPod(containers=[one])
