"""A platform in stacks: their references, and that no stack blocks an update of another."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import Size

import batch_constructs as bc
from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from tests.platform.four_stacks import EMAIL, IMAGE, Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change


def template(folder: Path, stack: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{stack}.template.json").read_text())
    return found


def imports(folder: Path, stack: str) -> set[str]:
    return set(_members(template(folder, stack), "Fn::ImportValue"))


def _members(node: Any, key: str) -> list[str]:
    if isinstance(node, list):
        return [each for element in node for each in _members(element, key)]
    if isinstance(node, dict):
        own = [json.dumps(node[key], sort_keys=True).strip('"')] if key in node else []
        return own + [each for element in node.values() for each in _members(element, key)]
    return []


def exports(folder: Path, stack: str) -> dict[str, Any]:
    outputs = template(folder, stack).get("Outputs", {}).values()
    return {each["Export"]["Name"]: each["Value"] for each in outputs if "Export" in each}


def refused(changes: tuple[Change, ...]) -> list[str]:
    return [change.stack for change in changes if change.type == "AWS::CloudFormation::Stack"]


def deploy(old: Path, new: Path) -> tuple[Change, ...]:
    """Return what a deploy would do, from the templates alone."""
    return plan(read(old), read(new))


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """Return the deployed templates."""
    return Platform(tmp_path / "before").synth()


def test_stacks_depend_on_those_that_change_less(before: Path) -> None:
    """Network, then compute, then jobs and observability, which no stack needs."""
    manifest = json.loads((before / "manifest.json").read_text())["artifacts"]
    needs = {
        name: {each for each in manifest[name].get("dependencies", ()) if not each.endswith(".assets")}
        for name in ("Network", "Compute", "Jobs", "Observability")
    }
    assert needs == {
        "Network": set(),
        "Compute": {"Network"},
        "Jobs": {"Compute"},
        "Observability": {"Compute"},
    }


def test_only_ids_of_the_network_and_arns_of_queues_are_imported(before: Path) -> None:
    """No stack imports a value that an update may change."""
    assert exports(before, "Jobs") == exports(before, "Observability") == {}
    network, compute = exports(before, "Network"), exports(before, "Compute")
    assert imports(before, "Compute") <= set(network)
    assert imports(before, "Jobs") | imports(before, "Observability") == set(compute)
    queues = {"AWS::Batch::JobQueue"}
    resources = template(before, "Compute")["Resources"]
    assert {resources[value["Fn::GetAtt"][0]]["Type"] for value in compute.values()} == queues


def test_the_network_exports_all_its_subnets_from_the_start(before: Path) -> None:
    """A later stack can use them without a change of the network stack."""
    values = list(exports(before, "Network").values())
    resources = template(before, "Network")["Resources"]
    subnets = [name for name, each in resources.items() if each["Type"] == "AWS::EC2::Subnet"]
    assert len(subnets) == 4
    assert all({"Ref": name} in values for name in subnets)
    assert any("CidrBlock" in str(value) for value in values)


def test_cdk_7602_a_queue_that_no_job_uses_any_more_stays_exported(before: Path, tmp_path: Path) -> None:
    """aws-cdk#7602: otherwise the CDK would remove the export, which CloudFormation would refuse."""
    after = Platform(tmp_path / "after", queue=None).synth()
    assert exports(after, "Compute") == exports(before, "Compute")
    assert refused(deploy(before, after)) == []


def test_cdk_7602_without_the_stacks_the_same_change_fails(tmp_path: Path) -> None:
    """The control: plain stacks of the CDK block each other, and the plan reports it."""

    def plain(folder: Path, *, second: bool) -> Path:
        app = cdk.App(outdir=str(folder), context={"batch-constructs:checks": False})
        network, compute, jobs = (cdk.Stack(app, name) for name in ("Network", "Compute", "Jobs"))
        vpc = bc.BatchNetwork(network, "Network").vpc
        environment = bc.SpotComputeEnvironment(compute, "Spot", vpc=vpc)
        queues = [bc.JobQueue(compute, name, compute_environments=[environment]) for name in ("One", "Two")]
        job = bc.Ec2JobDefinition(jobs, "Job", image=IMAGE, vcpus=1, memory=Size.gibibytes(1))
        for number, queue in enumerate(queues[: 2 if second else 1]):
            bc.ScheduledJob(jobs, f"Job{number}", schedule="rate(1 day)", job_queue=queue, job_definition=job)
        return Path(app.synth().directory)

    changes = deploy(plain(tmp_path / "a", second=True), plain(tmp_path / "b", second=False))
    assert refused(changes) == ["Compute"]


def test_an_environment_that_is_renamed_is_replaced_in_one_deploy(before: Path, tmp_path: Path) -> None:
    """Its queue is in the same stack, and other stacks only read the ARN."""
    after = Platform(tmp_path / "after", pools=[bc.CpuPool(name="x86", queues=["cpu"])]).synth()
    changes = deploy(before, after)
    assert refused(changes) == []
    queue = next(change for change in changes if change.type == "AWS::Batch::JobQueue")
    assert queue.kind is Kind.IN_PLACE
    environments = [change.kind for change in changes if change.type == "AWS::Batch::ComputeEnvironment"]
    assert sorted(environments) == [Kind.CREATED, Kind.CREATED, Kind.DELETED, Kind.DELETED]
    # Only the removal is reported: the queue got the new environments before.
    assert all(problem.loss for change in changes for problem in change.problems)


def test_an_environment_that_is_watched_can_go(before: Path, tmp_path: Path) -> None:
    """Observability does not block the removal of an environment."""
    assert "Fn::GetStackOutput" in (before / "Observability.template.json").read_text()
    after = Platform(tmp_path / "after", pools=[bc.CpuPool(on_demand_max_vcpus=0)]).synth()
    changes = deploy(before, after)
    assert [change.kind for change in changes if change.type == "AWS::Batch::ComputeEnvironment"] == [
        Kind.DELETED
    ]
    assert refused(changes) == []


def test_an_environment_that_is_exported_by_the_cdk_could_not_go(tmp_path: Path) -> None:
    """The control: with the CDK's strong reference, the same change fails."""

    def watched(folder: Path, *, both: bool) -> Path:
        app = cdk.App(outdir=str(folder), context={"batch-constructs:checks": False})
        compute, watch = cdk.Stack(app, "Compute"), cdk.Stack(app, "Watch")
        vpc = bc.BatchNetwork(compute, "Network").vpc
        names = ("Spot", "OnDemand") if both else ("Spot",)
        environments = [bc.SpotComputeEnvironment(compute, name, vpc=vpc) for name in names]
        queue = bc.JobQueue(compute, "Queue", compute_environments=environments)
        bc.BatchAlerts(watch, "Alerts", job_queues=[queue], compute_environments=environments)
        return Path(app.synth().directory)

    changes = deploy(watched(tmp_path / "a", both=True), watched(tmp_path / "b", both=False))
    assert refused(changes) == ["Compute"]


def test_queues_of_a_platform_in_one_stack_stay_exported_too(tmp_path: Path) -> None:
    """A jobs stack can also use a platform in one construct."""

    def jobs_elsewhere(folder: Path, *, used: bool) -> Path:
        app = cdk.App(outdir=str(folder), context={"batch-constructs:checks": False})
        platform = bc.BatchPlatform(cdk.Stack(app, "Platform"), "Batch", emails=[EMAIL])
        jobs = bc.BatchJobsStack(app, "Jobs", queues=platform.queues)
        job = bc.Ec2JobDefinition(jobs, "Job", image=IMAGE, vcpus=1, memory=Size.gibibytes(1))
        if used:
            bc.ScheduledJob(jobs, "Nightly", schedule="rate(1 day)", job_queue=jobs.queue, job_definition=job)
        return Path(app.synth().directory)

    changes = deploy(jobs_elsewhere(tmp_path / "a", used=True), jobs_elsewhere(tmp_path / "b", used=False))
    assert refused(changes) == []


def test_a_queue_can_come_with_the_job_that_uses_it(before: Path, tmp_path: Path) -> None:
    """One deploy is enough: the exporting stack goes first."""
    pools = [bc.CpuPool(), bc.FargatePool()]
    after = Platform(tmp_path / "after", pools=pools, queue="fargate").synth()
    assert refused(deploy(before, after)) == []


def test_a_queue_in_use_does_not_go_by_mistake(tmp_path: Path) -> None:
    """CloudFormation keeps a queue while another stack uses it."""
    two = [bc.CpuPool(), bc.FargatePool()]
    both = Platform(tmp_path / "both", pools=two, queue="fargate").synth()
    gone = Platform(tmp_path / "gone").synth()
    assert refused(deploy(both, gone)) == ["Compute"]
    unused = Platform(tmp_path / "unused", pools=two, watched=["cpu"]).synth()
    assert refused(deploy(both, unused)) == []
    assert refused(deploy(unused, gone)) == []


def test_a_job_changes_nothing_elsewhere(before: Path, tmp_path: Path) -> None:
    """A new revision changes only the jobs' stack."""
    platform = Platform(tmp_path / "after")
    platform.job.cfn.add_property_override("ContainerProperties.Image", "other")
    after = platform.synth()
    assert {change.stack for change in deploy(before, after)} == {"Jobs"}
    for stack in ("Network", "Compute", "Observability"):
        assert template(before, stack) == template(after, stack)


def test_a_network_in_use_does_not_change_under_its_users(before: Path, tmp_path: Path) -> None:
    """Other subnets have other ids, so CloudFormation refuses the change early and the plan reports it."""
    after = Platform(tmp_path / "after", cidr="10.9.0.0/16").synth()
    assert refused(deploy(before, after)) == ["Network"]


class Own(bc.BatchComputeStack):
    """A user's compute stack with its own environments, which move from one network to another."""

    def __init__(self, scope: cdk.App, vpcs: dict[str, Any], slots: list[str], live: Any = None) -> None:
        super().__init__(scope, "Compute", vpc=vpcs[slots[0]], pools=[])
        made = {name: bc.SpotComputeEnvironment(self, name.title(), vpc=vpcs[name]) for name in slots}
        capacity = bc.BlueGreen(self, "Capacity", blue=made.get("blue"), green=made.get("green"), live=live)
        self.add_pool(bc.OwnPool(name="moving", compute_environments=capacity.compute_environments))


def test_capacity_moves_to_another_network_in_steps_that_all_pass(tmp_path: Path) -> None:
    """With a second network, blue and green, and the removal of the old one last."""

    def step(number: int, networks: list[str], slots: list[str], live: Any = None) -> Path:
        app = cdk.App(
            outdir=str(tmp_path / str(number)),
            context={"batch-constructs:checks": False},
        )
        vpcs = {
            name: bc.BatchNetworkStack(app, f"Network{name.title()}", cidr=cidr).vpc
            for name, cidr in {"blue": "10.0.0.0/16", "green": "10.1.0.0/16"}.items()
            if name in networks
        }
        compute = Own(app, vpcs, slots, live)
        jobs = bc.BatchJobsStack(app, "Jobs", queues=compute.queues)
        job = bc.Ec2JobDefinition(jobs, "Job", image=IMAGE, vcpus=1, memory=Size.gibibytes(1))
        bc.ScheduledJob(jobs, "Nightly", schedule="rate(1 day)", job_queue=jobs.queue, job_definition=job)
        bc.BatchObservabilityStack(
            app,
            "Observability",
            queues=compute.queues,
            compute_environments=compute.compute_environments,
            emails=[EMAIL],
        )
        return Path(app.synth().directory)

    steps = [
        step(1, ["blue"], ["blue"]),
        step(2, ["blue", "green"], ["blue", "green"], "green"),
        step(3, ["blue", "green"], ["green"]),
        step(4, ["green"], ["green"]),
    ]
    for old, new in pairwise(steps):
        changes = deploy(old, new)
        assert refused(changes) == []
        problems = [problem for change in changes for problem in change.problems]
        assert [problem for problem in problems if not problem.loss] == []
        assert Kind.REPLACED not in {change.kind for change in changes}
    assert imports(steps[3], "Compute") <= set(exports(steps[3], "NetworkGreen"))


def test_an_empty_compute_stack_says_what_it_lacks(tmp_path: Path) -> None:
    """Without a pool there is no first queue."""
    app = cdk.App(outdir=str(tmp_path))
    compute = bc.BatchComputeStack(app, "Compute", vpc=bc.BatchNetworkStack(app, "Network").vpc, pools=[])
    with pytest.raises(LookupError, match="has no pool yet: call add_pool"):
        _ = compute.queue
    assert compute.compute_environments == []
    assert compute.connections.security_groups == []


def test_environments_of_ones_own_join_the_stack(tmp_path: Path) -> None:
    """An added pool has its queue, export and weak references like the others."""
    app = cdk.App(outdir=str(tmp_path / "out"), context={"batch-constructs:checks": False})
    vpc = bc.BatchNetworkStack(app, "Network").vpc
    compute = Own(app, {"blue": vpc}, ["blue"])
    assert list(compute.queues) == ["moving"]
    assert compute.pools["moving"].queue is compute.queues["moving"]
    app.synth()
    assert len(exports(tmp_path / "out", "Compute")) == 1


def test_the_stacks_have_no_findings_together(tmp_path: Path) -> None:
    """The rules follow imports and outputs between stacks."""
    from batch_constructs.assembly.checks import check

    assert check(read(Platform(tmp_path / "out").synth())) == ()


def test_stacks_are_what_the_cdk_calls_stacks(tmp_path: Path) -> None:
    """They take name, description, protection, account and Region like any stack."""
    app = cdk.App(outdir=str(tmp_path))
    network = bc.BatchNetworkStack(
        app,
        "Network",
        max_azs=2,
        env=cdk.Environment(account="123456789012", region="eu-west-1"),
        stack_name="batch-network",
        description="Where jobs run",
        termination_protection=True,
    )
    assert (network.stack_name, network.account, network.region) == (
        "batch-network",
        "123456789012",
        "eu-west-1",
    )
    assert network.termination_protection
    assert network.node.id == "Network"
    assert network.subnets.subnet_type is not None


def test_a_budget_counts_over_all_stacks(tmp_path: Path) -> None:
    """Tags of one stack are counted by the budget of another."""
    app = cdk.App(outdir=str(tmp_path), context={"batch-constructs:checks": False})
    tags = {"platform": "genomics"}
    network = bc.BatchNetworkStack(app, "Network")
    bc.tag_costs(network, tags)
    compute = bc.BatchComputeStack(app, "Compute", vpc=network.vpc, cost_tags=tags)
    watch = bc.BatchObservabilityStack(
        app, "Observability", queues=compute.queues, emails=[EMAIL], monthly_budget=2000, cost_tags=tags
    )
    assert watch.budget is not None
    app.synth()
    environments = [
        each["Properties"]
        for each in template(tmp_path, "Compute")["Resources"].values()
        if each["Type"] == "AWS::Batch::ComputeEnvironment"
    ]
    assert [each["ComputeResources"]["Tags"] for each in environments] == [tags, tags]
    for stack, kind in (
        ("Network", "AWS::EC2::NatGateway"),
        ("Compute", "AWS::Batch::JobQueue"),
        ("Observability", "AWS::KMS::Key"),
    ):
        [resource] = [
            each for each in template(tmp_path, stack)["Resources"].values() if each["Type"] == kind
        ]
        assert "genomics" in str(resource["Properties"]["Tags"])


def test_an_isolated_network_needs_no_way_around_nat(tmp_path: Path) -> None:
    """It has a single endpoint for S3."""
    app = cdk.App(outdir=str(tmp_path))
    stack = bc.BatchNetworkStack(app, "Network", isolated=True, flow_logs=False)
    app.synth()
    resources = template(tmp_path, stack.stack_name)["Resources"].values()
    gateways = [
        each
        for each in resources
        if each["Type"] == "AWS::EC2::VPCEndpoint"
        and each["Properties"].get("VpcEndpointType", "Gateway") == "Gateway"
    ]
    assert len(gateways) == 1


def _imported_pool(**arguments: Any) -> bc.OwnPool:
    environment: Any = object()
    return bc.OwnPool(**{"name": "own", "compute_environments": [environment], **arguments})


def _elsewhere(app: cdk.App) -> Any:
    other = cdk.Stack(app, "Other")
    environment = bc.FargateComputeEnvironment(other, "Fargate", vpc=bc.BatchNetwork(other, "Network").vpc)
    return bc.OwnPool(name="own", compute_environments=[environment])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda app, _: bc.BatchNetworkStack(app, "New", cidr="nonsense"), "cidr must be an IPv4 block"),
        (
            lambda app, vpc: bc.BatchComputeStack(app, "New", vpc=vpc, security_groups=[]),
            "security_groups must name",
        ),
        (
            lambda app, vpc: bc.BatchComputeStack(app, "New", vpc=vpc, pools=[_elsewhere(app)]),
            "environments must be in the stack of their queues, got Other/Fargate in another",
        ),
        (lambda app, _: bc.BatchJobsStack(app, "New", queues={}), "queues must name at least one"),
        (lambda app, _: bc.BatchObservabilityStack(app, "New", queues={}), "queues must name at least one"),
        (
            lambda app, _: bc.BatchObservabilityStack(app, "New", queues={}, emails=["x"]),
            "emails must hold addresses",
        ),
        (
            lambda app, _: bc.BatchObservabilityStack(app, "New", queues={}, monthly_budget=9),
            "monthly_budget needs cost_tags",
        ),
        (
            lambda app, vpc: bc.BatchComputeStack(app, "New", vpc=vpc, cost_tags={}),
            "cost_tags must name at least one",
        ),
    ],
)
def test_fails_when_arguments_contradict(make: Callable[[cdk.App, Any], Any], message: str) -> None:
    """Fails when the stack is created, and adds nothing to the app."""
    app = cdk.App(context={"batch-constructs:checks": False})
    vpc = bc.BatchNetworkStack(app, "Network").vpc
    with pytest.raises(ValueError, match=message):
        make(app, vpc)
    assert app.node.try_find_child("New") is None


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        (_elsewhere, "environments must be in the stack of their queues"),
        (lambda _: _imported_pool(name="cpu"), "pools must have different names, got cpu twice"),
        (lambda _: _imported_pool(queues=["cpu"]), "queues must have different names, got cpu twice"),
    ],
)
def test_fails_when_a_pool_does_not_fit_in(pool: Callable[[cdk.App], Any], message: str) -> None:
    """Fails when the pool is added, and adds nothing."""
    app = cdk.App(context={"batch-constructs:checks": False})
    compute = bc.BatchComputeStack(app, "Compute", vpc=bc.BatchNetworkStack(app, "Network").vpc)
    with pytest.raises(ValueError, match=message):
        compute.add_pool(pool(app))
    assert list(compute.pools) == ["cpu"]
