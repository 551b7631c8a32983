"""All properties of pods, checked by tools of others."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk.assertions import Template
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import batch_constructs as bc
from tests.test_foreign_judges import request_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def everything(stack: Stack) -> None:
    """Make a definition of each kind with all arguments."""
    import aws_cdk as cdk
    from aws_cdk import aws_batch as batch

    licence = batch.CfnConsumableResource(stack, "Licence", resource_type="REPLENISHABLE", total_quantity=5)
    shared = bc.EksEmptyDir(size_limit=cdk.Size.gibibytes(2))
    main = bc.EksContainer(
        name="main",
        image="registry.example.com/align:1",
        vcpus=2,
        vcpus_limit=4,
        memory=cdk.Size.mebibytes(7_000),
        gpus=1,
        command=["run"],
        args=["Ref::x", "$(MODE)"],
        environment={"MODE": "fast"},
        image_pull_policy=bc.ImagePullPolicy.IF_NOT_PRESENT,
        mounts={
            "/shared": bc.EksMount(shared, sub_path="in", read_only=True),
            "/host": bc.EksHostPath("/scratch"),
            "/secret": bc.EksSecret("token", optional=True),
            "/claim": bc.EksPersistentVolumeClaim("results", read_only=False),
        },
        security_context=bc.EksSecurityContext(
            run_as_user=1_000,
            run_as_group=1_000,
            run_as_non_root=True,
            privileged=False,
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
        ),
    )
    fetch = bc.EksContainer(
        name="fetch",
        image="registry.example.com/fetch:1",
        vcpus=0.25,
        memory=cdk.Size.mebibytes(4),
        mounts={"/out": shared},
    )
    pod: dict[str, Any] = {
        "containers": [main],
        "init_containers": [fetch],
        "service_account_name": "jobs",
        "image_pull_secrets": ["registry"],
        "namespace": "jobs",
        "labels": {"team": "genomics"},
        "annotations": {"example.com/owner": "genomics"},
        "host_network": False,
        "dns_policy": bc.DnsPolicy.CLUSTER_FIRST,
        "share_process_namespace": True,
    }
    of_definitions: dict[str, Any] = {
        "consumes": {licence: 1},
        "tags": {"a": "b"},
        "timeout": cdk.Duration.hours(1),
        "retry_strategy": bc.RetryStrategy(
            attempts=3,
            evaluate_on_exit=[
                bc.RetryRule.on_spot_reclaim(),
                bc.RetryRule(action=bc.RetryAction.RETRY, on_exit_code="75"),
                bc.RetryRule.otherwise_exit(),
            ],
        ),
        "scheduling_priority": 5,
        "parameters": {"x": "1"},
    }
    bc.EksJobDefinition(stack, "Single", **pod, **of_definitions, job_definition_name="everything")
    bc.EksMultiNodeParallelJobDefinition(
        stack,
        "MultiNode",
        node_groups=[bc.EksNodeGroup(nodes=2, pod=bc.EksPod(**pod), consumes={licence: 1})],
        **of_definitions,
    )


@pytest.fixture(scope="module")
def full() -> Stack:
    """Return a stack with everything, which no test changes."""
    import aws_cdk as cdk

    stack = cdk.Stack(cdk.App(), "Everything")
    everything(stack)
    return stack


@pytest.fixture(scope="module")
def template(full: Stack) -> dict[str, Any]:
    """Return its template."""
    return dict(Template.from_stack(full).to_json())


def definitions(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == DEFINITION]


def schema_of(path: str) -> dict[str, Any]:
    """Return a definition of the resource's schema, from cfn-lint."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    found = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", DEFINITION).schema["definitions"]
    assert path in found
    return dict(found)


def members(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each member of a struct and of the structs below it, with its struct."""
    for member, form in schema[name]["properties"].items():
        yield name, member
        reference = form.get("$ref") or form.get("items", {}).get("$ref")
        if reference:
            yield from members(reference.rpartition("/")[2], schema)


def said(name: str, schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the members that a value of a struct has, with their struct."""
    for member, given_ in value.items():
        yield name, member
        form = schema[name]["properties"][member]
        reference = form.get("$ref") or form.get("items", {}).get("$ref")
        if reference:
            for each in given_ if isinstance(given_, list) else [given_]:
                yield from said(reference.rpartition("/")[2], schema, each)


def test_every_member_of_the_schema_has_an_argument(template: dict[str, Any]) -> None:
    """Every member of CloudFormation's schema for a pod, and for a range of nodes with one, has an argument."""
    single = next(each for each in definitions(template) if "EksProperties" in each)
    nodes = next(each for each in definitions(template) if "NodeProperties" in each)
    schema = schema_of("EksProperties")
    assert set(members("EksProperties", schema)) == set(
        said("EksProperties", schema, single["EksProperties"])
    )
    [of_range] = nodes["NodeProperties"]["NodeRangeProperties"]
    lacking = set(schema["NodeRangeProperty"]["properties"]) - set(of_range)
    # AWS refuses instance types together with pods.
    assert lacking == {"Container", "EcsProperties", "InstanceTypes"}
    assert of_range["EksProperties"] == single["EksProperties"]


def test_the_rules_have_nothing_to_say(full: Stack) -> None:
    """There is neither an error nor a warning."""
    from batch_constructs.testing import assert_no_findings

    assert_no_findings(full, warnings=True)


def lint(template: Mapping[str, Any]) -> list[str]:
    from cfnlint.api import lint as cfn_lint

    return [str(match) for match in cfn_lint(json.dumps(template))]


def refused(template: Mapping[str, Any]) -> list[str]:
    """Return the service model's complaints about the requests of CloudFormation."""
    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    shape = model.operation_model("RegisterJobDefinition").input_shape
    reports = [
        ParamValidator().validate({"jobDefinitionName": "name", **request_of(each)}, shape)
        for each in definitions(template)
    ]
    return [report.generate_report() for report in reports if report.has_errors()]


def test_foreign_judges_have_nothing_to_say(template: dict[str, Any]) -> None:
    """The template is valid for the schema of CloudFormation and the model of the service."""
    assert lint(template) == []
    assert refused(template) == []
    assert len(definitions(template)) == 2


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,20}", fullmatch=True)
subdomains = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]{1,5})?", fullmatch=True)
words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
quarters = st.integers(1, 400).map(lambda quarter: quarter / 4)
anything = st.one_of(words, st.just("default"), st.just("kube-system"), st.text(max_size=5))


def mostly(valid: st.SearchStrategy[Any], others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw valid values, and sometimes others, which only a ValueError may refuse."""
    return st.integers(0, 29).flatmap(lambda number: valid if number else others)


def mebibytes(value: float) -> Any:
    from aws_cdk import Size

    return Size.mebibytes(value)


sizes = mostly(st.integers(4, 200_000), st.integers(0, 3) | st.just(5.5)).map(mebibytes)
paths = st.from_regex(r"/[A-Za-z0-9._-]{1,9}", fullmatch=True)
volumes: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(dict, kind=st.just(bc.EksEmptyDir), size_limit=st.none() | sizes),
    st.builds(dict, kind=st.just(bc.EksHostPath), path=mostly(paths, words)),
    st.builds(
        dict, kind=st.just(bc.EksSecret), secret_name=mostly(subdomains, anything), optional=st.booleans()
    ),
    st.builds(dict, kind=st.just(bc.EksPersistentVolumeClaim), claim_name=mostly(subdomains, anything)),
)
ids = mostly(st.integers(1, 2**31 - 1), st.just(-1) | st.just(0) | st.just(2**31))
contexts = st.fixed_dictionaries(
    {},
    optional={
        "run_as_user": ids,
        "run_as_group": ids,
        "run_as_non_root": st.booleans(),
        "privileged": mostly(st.just(False), st.just(True)),
        "allow_privilege_escalation": st.booleans(),
        "read_only_root_filesystem": st.booleans(),
    },
)
containers = st.fixed_dictionaries(
    {"vcpus": mostly(quarters, st.floats(-1, 3)), "memory": sizes},
    optional={
        "vcpus_limit": mostly(st.just(100), quarters),
        "gpus": mostly(st.integers(1, 8), st.just(0)),
        "name": mostly(names, anything),
        "command": st.lists(words, max_size=3),
        "args": st.lists(words, max_size=3),
        "environment": st.dictionaries(mostly(names, st.just("AWS_BATCH_X")), words, max_size=2),
        "mounts": st.dictionaries(mostly(paths, words), volumes, max_size=2),
        "image_pull_policy": st.sampled_from(bc.ImagePullPolicy),
        "security_context": contexts,
    },
)
pods = st.fixed_dictionaries(
    {"containers": st.lists(containers, min_size=1, max_size=3)},
    optional={
        "init_containers": st.lists(containers, max_size=2),
        "service_account_name": mostly(subdomains, anything),
        "image_pull_secrets": st.lists(mostly(subdomains, anything), max_size=2),
        "namespace": mostly(subdomains.map(lambda name: name.replace(".", "-")), anything),
        "labels": st.dictionaries(names, names, max_size=2),
        "annotations": st.dictionaries(mostly(names, anything), words, max_size=2),
        "host_network": st.booleans(),
        "dns_policy": st.sampled_from(bc.DnsPolicy),
        "share_process_namespace": st.booleans(),
    },
)


def born(arguments: Mapping[str, Any]) -> bc.EksPod:
    """Return the pod with these arguments, if they are legal."""

    def container(name: str, given_: Mapping[str, Any]) -> bc.EksContainer:
        parts = {"name": name, **given_}
        if "security_context" in parts:
            parts["security_context"] = bc.EksSecurityContext(**parts["security_context"])
        if "mounts" in parts:
            parts["mounts"] = {
                path: each["kind"](**{name: value for name, value in each.items() if name != "kind"})
                for path, each in parts["mounts"].items()
            }
        return bc.EksContainer(image="busybox", **parts)

    parts = dict(arguments)
    for name in ("containers", "init_containers"):
        parts[name] = [
            container(f"{name[0]}{number}", each) for number, each in enumerate(parts.get(name, ()))
        ]
    return bc.EksPod(**parts)


def test_a_pod_is_refused_at_once_or_by_nobody() -> None:
    """Any arguments give a ValueError and nothing else, or a definition that all judges accept."""
    import aws_cdk as cdk

    from batch_constructs.testing import assert_no_findings

    tried = Counter[str]()

    # Each example is a stack, so shrinking a failing one would take minutes.
    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.lists(pods, min_size=10, max_size=30))
    def judge(drawn: list[dict[str, Any]]) -> None:
        stack = cdk.Stack(
            cdk.App(context={"batch-constructs:checks": False}),
            "Stack",
            synthesizer=cdk.BootstraplessSynthesizer(),
        )
        for number, arguments in enumerate(drawn):
            try:
                pod = born(arguments)
            except ValueError:
                tried["refused"] += 1
                continue
            tried["accepted"] += 1
            groups = [bc.EksNodeGroup(nodes=2, pod=pod)]
            bc.EksMultiNodeParallelJobDefinition(stack, f"Nodes{number}", node_groups=groups)
        if stack.node.children:
            template = dict(Template.from_stack(stack).to_json())
            assert refused(template) == []
            assert lint(template) == []
            assert_no_findings(stack)

    judge()
    assert min(tried["refused"], tried["accepted"]) > 20, tried
