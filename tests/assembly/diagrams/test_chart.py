"""The picture of a template: every part of a platform, and the lines between them."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from batch_constructs.assembly.diagrams import Card, CardKind, draw
from batch_constructs.assembly.diagrams.layout import height, place
from batch_constructs.assembly.diagrams.letters import shortened, width, wrapped
from batch_constructs.assembly.diagrams.mermaid import mermaid
from batch_constructs.assembly.diagrams.svg import svg
from batch_constructs.assembly.template import read

AMOUNTS = {"VCPU": "8", "MEMORY": "30000", "GPU": "1"}
TEMPLATE = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        **{
            name: {
                "Type": "AWS::Batch::ComputeEnvironment",
                "Properties": {
                    "Type": "MANAGED",
                    "ComputeResources": {
                        "Type": kind,
                        "MaxvCpus": 64,
                        "InstanceTypes": ["c7i"],
                        "Subnets": [{"Ref": "Subnet"}],
                    },
                },
            }
            for name, kind in (("OnDemand", "EC2"), ("Spot", "SPOT"))
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 7,
                "ComputeEnvironmentOrder": [
                    {"Order": 2, "ComputeEnvironment": {"Ref": "OnDemand"}},
                    {"Order": 1, "ComputeEnvironment": {"Ref": "Spot"}},
                ],
            },
        },
        "Align": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "ContainerProperties": {
                    "Image": "busybox",
                    "ResourceRequirements": [
                        {"Type": "VCPU", "Value": "2"},
                        {"Type": "MEMORY", "Value": "4096"},
                    ],
                },
            },
        },
        "Nightly": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "cron(0 3 * * ? *)",
                "Targets": [
                    {
                        "Id": "Job",
                        "Arn": {"Ref": "Queue"},
                        "BatchParameters": {"JobName": "n", "JobDefinition": {"Ref": "Align"}},
                    }
                ],
            },
        },
        "Alert": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"]},
                "Targets": [{"Id": "T", "Arn": {"Ref": "Topic"}}],
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Mail": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "ops@example.com"},
        },
    }
}


@pytest.fixture
def chart(tmp_path):
    file = tmp_path / "platform.json"
    file.write_text(json.dumps(TEMPLATE))
    return draw(read(file))


@pytest.fixture
def drawn(tmp_path):
    def draw_resources(**resources):
        file = tmp_path / "platform.json"
        file.write_text(json.dumps({"Resources": resources}))
        return draw(read(file))

    return draw_resources


def leads(chart):
    names = {key: card.name for key, card in chart.cards.items()}
    return {(names[line.start], names[line.end], line.label) for line in chart.lines}


def test_everything_has_a_card(chart) -> None:
    """Each part has a card with its kind and its description."""
    assert {(card.name, card.kind): card.lines for card in chart.cards.values()} == {
        ("Nightly", CardKind.TRIGGER): ("event", "cron(0 3 * * ? *)"),
        ("Align", CardKind.DEFINITION): ("EC2 2 vCPU, 4 GiB", "busybox"),
        ("Queue", CardKind.QUEUE): ("priority 7",),
        ("Spot", CardKind.ENVIRONMENT): ("SPOT 0-64 vCPUs", "c7i"),
        ("OnDemand", CardKind.ENVIRONMENT): ("EC2 0-64 vCPUs", "c7i"),
        ("Alert", CardKind.ALERT): ("Batch Job State Change",),
        ("Topic", CardKind.LISTENER): ("SNS Topic", "ops@example.com"),
    }


def test_lines_go_the_way_of_a_job(chart) -> None:
    """Lines go from the trigger over definition and queue to the environments, in the queue's order."""
    assert leads(chart) == {
        ("Nightly", "Align", ""),
        ("Align", "Queue", ""),
        ("Queue", "Spot", "1"),
        ("Queue", "OnDemand", "2"),
        ("Alert", "Topic", ""),
    }


def test_environments_stand_in_their_network(chart) -> None:
    """The network shows its address range."""
    assert {card.network for card in chart.of(CardKind.ENVIRONMENT)} == {"Vpc"}
    assert chart.networks["Vpc"][0] == "10.0.0.0/16"


def test_what_is_elsewhere_is_drawn_too(tmp_path) -> None:
    """A queue of another stack gets a card that says so."""
    template = json.loads(json.dumps(TEMPLATE))
    queue = "arn:aws:batch:eu-west-1:111122223333:job-queue/theirs"
    template["Resources"]["Nightly"]["Properties"]["Targets"][0]["Arn"] = queue
    file = tmp_path / "platform.json"
    file.write_text(json.dumps(template))
    elsewhere = [card for card in draw(read(file)).cards.values() if card.elsewhere]
    assert [(card.name, card.kind) for card in elsewhere] == [("theirs", CardKind.QUEUE)]


def test_no_card_covers_another(chart) -> None:
    """Cards neither overlap nor leave the picture; the network's frame contains its environments."""
    layout = place(chart)
    boxes = list(layout.cards.values())
    assert len(boxes) == len(chart.cards)
    for number, one in enumerate(boxes):
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= layout.width
        assert one.y + one.height <= layout.height
        for other in boxes[number + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    frame = layout.networks["Vpc"]
    for card in chart.of(CardKind.ENVIRONMENT):
        box = layout.cards[card.key]
        assert frame.x < box.x
        assert frame.y < box.y
        assert box.y + box.height < frame.y + frame.height


def test_a_queue_stands_beside_its_environments(chart) -> None:
    """A queue is centred on its two environments, whatever the height of the network's heading."""
    layout = place(chart)
    [queue] = chart.of(CardKind.QUEUE)
    ends = [layout.cards[card.key].middle for card in chart.of(CardKind.ENVIRONMENT)]
    assert layout.cards[queue.key].middle == sum(ends) / 2


def test_a_job_tells_what_it_gets_and_whose_image_it_runs(drawn) -> None:
    """A job shows GPUs with vCPUs, memory in the largest whole unit, and a repository of the template by its name."""
    image = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/${Images}:latest"}
    amounts = [{"Type": kind, "Value": value} for kind, value in AMOUNTS.items()]
    container = {"Image": image, "ResourceRequirements": amounts}
    properties = {"Type": "container", "ContainerProperties": container}
    chart = drawn(
        Job={"Type": "AWS::Batch::JobDefinition", "Properties": properties},
        Images={"Type": "AWS::ECR::Repository", "Properties": {}},
    )
    [card] = chart.of(CardKind.DEFINITION)
    assert card.lines == ("EC2 8 vCPU, 30,000 MiB, 1 GPU", "Images:latest")


def pod(memory: str = "30000Mi") -> dict[str, object]:
    resources = {
        "Requests": {"cpu": "8", "memory": memory},
        "Limits": {"memory": memory, "nvidia.com/gpu": "1"},
    }
    return {"PodProperties": {"Containers": [{"Image": "train:1", "Resources": resources}]}}


def test_sizes_in_the_old_form_are_told_too(drawn) -> None:
    """The deprecated ``Vcpus`` and ``Memory`` of a container are shown too."""
    chart = drawn(
        Job={
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "ContainerProperties": {"Image": "busybox", "Vcpus": 2, "Memory": 2048},
            },
        },
    )
    [card] = chart.of(CardKind.DEFINITION)
    assert card.lines == ("EC2 2 vCPU, 2 GiB", "busybox")


def test_jobs_and_environments_on_eks_tell_where_they_are(drawn) -> None:
    """On EKS the picture shows a pod's resources and the cluster with its namespace, in the assembly or elsewhere."""
    kind = "AWS::Batch::ComputeEnvironment"
    resources = {"Type": "SPOT", "MaxvCpus": 64}

    def environment(arn: object) -> dict[str, object]:
        configuration = {"EksClusterArn": arn, "KubernetesNamespace": "jobs"}
        properties = {"Type": "MANAGED", "EksConfiguration": configuration, "ComputeResources": resources}
        return {"Type": kind, "Properties": properties}

    ranges = [{"TargetNodes": "0:3", "EksProperties": pod()}]
    nodes = {"NumNodes": 4, "MainNode": 0, "NodeRangeProperties": ranges}
    definition = "AWS::Batch::JobDefinition"
    chart = drawn(
        Cluster={"Type": "AWS::EKS::Cluster", "Properties": {}},
        Here=environment({"Fn::GetAtt": ["Cluster", "Arn"]}),
        There=environment("arn:aws:eks:eu-west-1:111122223333:cluster/research"),
        Pod={"Type": definition, "Properties": {"Type": "container", "EksProperties": pod("2048Mi")}},
        Nodes={"Type": definition, "Properties": {"Type": "multinode", "NodeProperties": nodes}},
    )
    lines = {card.name: card.lines for card in chart.cards.values()}
    assert lines["Here"] == ("EKS SPOT 0-64 vCPUs", "namespace jobs of Cluster")
    assert lines["There"][1] == "namespace jobs of research"
    assert lines["Pod"] == ("EKS 8 vCPU, 2 GiB, 1 GPU", "train:1")
    assert lines["Nodes"] == ("4 nodes of EKS 8 vCPU, 30,000 MiB, 1 GPU", "train:1")


def test_a_queue_of_service_jobs_tells_its_quotas(drawn) -> None:
    """A queue for service jobs shows the capacity of its quota shares."""
    limit = [{"MaxCapacity": 8, "CapacityUnit": "ml.g6.12xlarge"}]
    kind = "SAGEMAKER_TRAINING"
    order = [{"Order": 1, "ServiceEnvironment": {"Ref": "Training"}}]
    chart = drawn(
        Training={
            "Type": "AWS::Batch::ServiceEnvironment",
            "Properties": {"ServiceEnvironmentType": kind, "CapacityLimits": limit},
        },
        Queue={
            "Type": "AWS::Batch::JobQueue",
            "Properties": {"Priority": 1, "JobQueueType": kind, "ServiceEnvironmentOrder": order},
        },
        Vision={
            "Type": "AWS::Batch::QuotaShare",
            "Properties": {
                "QuotaShareName": "vision",
                "JobQueue": {"Ref": "Queue"},
                "CapacityLimits": limit,
            },
        },
    )
    lines = {card.name: card.lines for card in chart.cards.values()}
    assert lines["Queue"] == ("priority 1", "quota vision: 8 ml.g6.12xlarge")
    assert lines["Training"] == (kind, "8 ml.g6.12xlarge")


def test_a_state_machine_tells_when_it_is_started(drawn) -> None:
    """A state machine shows its schedule, which has no card because it submits no job itself."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob", "End": True}
    states = {"A": {**task, "Parameters": {"JobName": "a", "JobQueue": "q", "JobDefinition": "d"}}}
    definition = json.dumps({"StartAt": "A", "States": states})
    chart = drawn(
        Chain={
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionString": definition, "RoleArn": "arn:aws:iam::111122223333:role/r"},
        },
        Nightly={
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "ScheduleExpression": "rate(1 day)",
                "Target": {
                    "Arn": {"Fn::GetAtt": ["Chain", "Arn"]},
                    "RoleArn": "arn:aws:iam::111122223333:role/r",
                },
            },
        },
    )
    assert [card.lines for card in chart.of(CardKind.TRIGGER)] == [("state machine", "1 job", "rate(1 day)")]


def test_a_listener_whose_arn_is_put_together_goes_by_its_name(drawn) -> None:
    """A rule's log group is found by the reference inside its ARN."""
    group = {"Fn::Sub": "arn:aws:logs:eu-west-1:111122223333:log-group:${Events}"}
    pattern = {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"]}
    chart = drawn(
        Rule={
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": pattern, "Targets": [{"Id": "T", "Arn": group}]},
        },
        Events={"Type": "AWS::Logs::LogGroup", "Properties": {}},
    )
    [card] = chart.of(CardKind.LISTENER)
    assert (card.name, card.lines, card.elsewhere) == ("Events", ("Logs LogGroup",), False)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("c7i, m7i", "c7i, m7i"),
        ("c7i, m7i, r7i, c6i, m6i, r6i", "c7i, m7i, r7i, c6i…"),
        ("public.ecr.aws/docker/library/busybox:1.37", "…/busybox:1.37"),
        ("https://pager.example.com", "https://pager.ex…"),
        ("one/image-with-a-very-long-name", "…/image…g-name"),
        ("PrivateCPUComputeEnvironmentSpot", "PrivateC…entSpot"),
        ("PrivateCPUComputeEnvironmentOnDemand", "Private…nDemand"),
    ],
)
def test_words_stay_on_their_card(words: str, left: str) -> None:
    """A long text loses its end, a path its start, a word its middle, and nothing is wider than its room."""
    assert shortened(words, 120, 12) == left
    assert width(left, 12) <= 120


def test_many_words_take_several_lines() -> None:
    """Lines break at commas; what does not fit three lines is cut, and the card grows with its lines."""
    types = ["c7i", "c7a", "c6i", "c6a", "m7i", "m7a", "m6i", "m6a"]
    assert wrapped(", ".join(types), 140, 12) == ["c7i, c7a, c6i, c6a,", "m7i, m7a, m6i, m6a"]
    assert wrapped("c7i", 120, 12) == ["c7i"]
    heard = "Batch Job State Change: PENDING, RUNNING"
    assert wrapped(heard, 150, 12) == ["Batch Job State", "Change: PENDING,", "RUNNING"]
    long = wrapped(", ".join(types * 4), 140, 12)
    assert len(long) == 3
    assert long[-1].endswith("…")
    card = Card(key="k", kind=CardKind.ENVIRONMENT, name="n", lines=(", ".join(types * 2),))
    assert height(card) == height(replace(card, lines=("a", "b", "c")))


def test_an_order_is_drawn_from_the_top(chart) -> None:
    """The environment that a queue tries first is above the next one."""
    layout = place(chart)
    spot, on_demand = (
        next(c for c in chart.cards.values() if c.name == name) for name in ("Spot", "OnDemand")
    )
    assert layout.cards[spot.key].y < layout.cards[on_demand.key].y


def test_the_svg_is_xml_that_names_every_card(chart) -> None:
    """The SVG is valid XML, without scripts or links."""
    root = ET.fromstring(svg(chart))
    words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {card.name for card in chart.cards.values()} <= words
    assert not [e for e in root.iter() if e.tag.rsplit("}", 1)[-1] in {"script", "a", "image"}]


def test_names_cannot_forge_a_picture(tmp_path) -> None:
    """Special characters of XML and Mermaid are escaped."""
    evil = '</text><script>"|]end`#'
    properties = {"Type": "container", "ContainerProperties": {"Image": evil}}
    file = tmp_path / "t.json"
    file.write_text(
        json.dumps({"Resources": {"J": {"Type": "AWS::Batch::JobDefinition", "Properties": properties}}})
    )
    chart = draw(read(file))
    root = ET.fromstring(svg(chart))
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    node = mermaid(chart).splitlines()[1]
    assert node.count('"') == 2
    assert "<script" not in node


def test_mermaid_says_the_same(chart) -> None:
    """In Mermaid, networks are subgraphs and orders are labels."""
    text = mermaid(chart)
    assert text.startswith("flowchart LR\n")
    assert 'subgraph net1["Vpc 10.0.0.0/16 subnets: 1 isolated"]' in text
    assert text.count("-->") == len(chart.lines)
    assert "-->|1|" in text


def test_an_empty_template_is_an_empty_picture(tmp_path) -> None:
    """An empty template gives a picture without cards."""
    file = tmp_path / "t.json"
    file.write_text('{"Resources": {}}')
    chart = draw(read(file))
    assert chart.cards == {}
    assert svg(chart).startswith("<svg")
