"""All kinds of submissions are read into the same form."""

from __future__ import annotations

import json

import pytest

from batch_constructs.assembly.template import Unknown, is_known, model_of
from batch_constructs.assembly.template.json_texts import parse_json
from batch_constructs.assembly.template.resources import Submission
from batch_constructs.assembly.template.unknown import ParameterValue, PartialText

BATCH = {
    "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": "fast"}},
    "Job": {"Type": "AWS::Batch::JobDefinition", "Properties": {"JobDefinitionName": "align"}},
    "Role": {"Type": "AWS::IAM::Role"},
}
SUBMIT = "arn:aws:states:::batch:submitJob.sync"
REQUEST = {"JobName": "a", "JobQueue": "fast", "JobDefinition": "align"}


def read(type_, properties, **sections):
    resource = {"Type": type_, "Properties": properties}
    model = model_of({"Resources": {**BATCH, "Sender": resource}, **sections})
    assert model.submissions.all == model.of(Submission)
    return model.of(Submission)


def machine(definition, **properties):
    name = "Definition" if isinstance(definition, dict) and "States" in definition else "DefinitionString"
    return read("AWS::StepFunctions::StateMachine", {name: definition, **properties})


def linked(submission):
    names = [submission.definition, submission.queue, submission.role]
    return [resource and resource.logical_id for resource in names]


def test_event_rule():
    """A rule's target is the queue; its input has overrides and parameters."""
    template = (
        '{"Parameters": {"key": <key>, "at": "x<aws.events.rule-name>"}, "containerOverrides": {"Memory": 5}}'
    )
    target = {
        "Arn": {"Fn::GetAtt": ["Queue", "JobQueueArn"]},
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "BatchParameters": {
            "JobDefinition": {"Ref": "Job"},
            "JobName": "a",
            "ArrayProperties": {"Size": 5},
            "RetryStrategy": {"Attempts": 2},
        },
        "InputTransformer": {"InputPathsMap": {"key": "$.detail.key"}, "InputTemplate": template},
    }
    [submission] = read("AWS::Events::Rule", {"Targets": [{"Arn": "arn:aws:sns:::x"}, target]})
    assert linked(submission) == ["Job", "Queue", "Role"]
    assert submission.array_properties.size == 5
    assert submission.retry_strategy.attempts == 2
    assert not is_known(submission.parameters["key"])
    assert submission.parameters["at"].prefix == "x"
    assert submission.container_overrides.absent
    assert submission.property_path("JobName") == "Targets[1].BatchParameters.JobName"


def test_event_rule_with_a_part_of_the_event_as_input():
    """Values from the event are unknown, not omitted."""
    target = {"Arn": "x", "BatchParameters": {"JobName": "a"}, "InputPath": "$.detail"}
    [submission] = read("AWS::Events::Rule", {"Targets": [target]})
    assert isinstance(submission.parameters, Unknown)
    assert submission.queue is None


def test_schedule():
    """A schedule calls SubmitJob with JSON, in either spelling."""
    message = {
        "jobName": "a",
        "jobQueue": "arn:aws:batch:eu-west-1:111122223333:job-queue/fast",
        "JobDefinition": "align",
        "parameters": {"day": "<aws.scheduler.scheduled-time>", "b": "1"},
        "containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "4"}]},
    }
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob",
        "Input": json.dumps(message),
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    [submission] = read("AWS::Scheduler::Schedule", {"Target": target})
    assert linked(submission) == ["Job", "Queue", "Role"]
    assert submission.container_overrides.requirement("VCPU") == "4"
    assert submission.parameters["b"] == "1"
    assert not is_known(submission.parameters["day"])


def test_schedule_of_something_else():
    """Schedules with other targets submit no job."""
    assert (
        read("AWS::Scheduler::Schedule", {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"}})
        == ()
    )


def test_pipe():
    """A pipe's values may come from the event."""
    parameters = {
        "JobDefinition": {"Ref": "Job"},
        "JobName": "$.body.name",
        "ContainerOverrides": {"Command": ["run", "$.body.file"]},
    }
    [submission] = read(
        "AWS::Pipes::Pipe",
        {
            "Target": {"Ref": "Queue"},
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "TargetParameters": {"BatchJobParameters": parameters},
        },
    )
    assert linked(submission) == ["Job", "Queue", "Role"]
    assert isinstance(submission.job_name, Unknown)
    assert [is_known(word) for word in submission.container_overrides.command] == [True, False]


def test_state_machine_of_the_cdk():
    """A definition is a string with unknown parts; values from the state's input are unknown."""
    text = [
        '{"StartAt":"S","States":{"S":{"End":true,"Type":"Task","Resource":"arn:',
        {"Ref": "AWS::Partition"},
        ':states:::batch:submitJob.sync","Parameters":{"JobDefinition":"',
        {"Ref": "Job"},
        '","JobName.$":"$.name","ArrayProperties":{"Size":',
        {"Ref": "Size"},
        '},"JobQueue":"',
        {"Fn::GetAtt": ["Queue", "JobQueueArn"]},
        '","Parameters":{"In.$":"$.in","out":"o"}}}}}',
    ]
    [submission] = machine({"Fn::Join": ["", text]}, RoleArn={"Fn::GetAtt": ["Role", "Arn"]})
    assert linked(submission) == ["Job", "Queue", "Role"]
    assert isinstance(submission.job_name, Unknown)
    assert isinstance(submission.array_properties.size, Unknown)
    assert submission.parameters["out"] == "o"
    assert not is_known(submission.parameters["In"])
    assert submission.property_path("JobName") == "DefinitionString.States.S.Parameters.JobName"


def test_nested_states():
    """Tasks in parallel branches and maps count, also with JSONata."""
    task = {"Type": "Task", "Resource": SUBMIT, "Arguments": {**REQUEST, "JobName": "{% $name %}"}}
    inner = {"States": {"T": task}}
    states = {
        "P": {"Type": "Parallel", "Branches": [inner, inner]},
        "M": {"Type": "Map", "ItemProcessor": inner},
        "I": {"Type": "Map", "Iterator": inner},
        "L": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"},
        "A": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:batch:submitJob"},
    }
    found = machine({"StartAt": "P", "States": states})
    assert [linked(s)[0] for s in found] == ["Job"] * 4 + [None]
    assert isinstance(found[0].job_name, Unknown)
    assert found[1].property_path() == "Definition.States.P.Branches[1].States.T.Arguments"
    assert not found[4].sure


@pytest.mark.parametrize("name", ["align:3", "arn:aws:batch:eu-west-1:111122223333:job-definition/align:3"])
def test_old_revisions(name):
    """A fixed revision may not be the one in the template."""
    states = {"S": {"Resource": SUBMIT, "Parameters": {**REQUEST, "JobDefinition": name}}}
    [submission] = machine({"States": states})
    assert linked(submission) == [None, "Queue", None]
    assert submission.definition_arn == name


def test_substitutions():
    """Substitutions apply to names, numbers and whole values; missing ones are unknown."""
    text = json.dumps({"States": {"S": {"Resource": SUBMIT, "Parameters": {**REQUEST, "JobQueue": "${q}"}}}})
    text = text.replace('"JobName": "a"', '"JobName": "${n}", "ArrayProperties": {"Size": ${size}}')
    [submission] = machine(text, DefinitionSubstitutions={"q": {"Ref": "Queue"}, "size": 7})
    assert linked(submission) == ["Job", "Queue", None]
    assert submission.array_properties.size == 7
    assert isinstance(submission.job_name, Unknown)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "null", '"\ue0000\ue001"', "[]", '{"States": 5}', '{"States": {"a": 5}}']
)
def test_odd_definitions(text):
    """An invalid definition submits nothing, and causes no error."""
    assert machine(text) == ()


def test_texts_with_holes():
    """An unknown part inside quotes is part of the string, one outside is the whole value."""
    hole = ParameterValue("P")
    value = parse_json(
        PartialText(('{"a\\"": "x', hole, '", "b": ', hole, ', "c": "', hole, '", "d": null}'))
    )
    assert value["b"] is hole
    assert value["c"] is hole
    assert value['a"'].parts == ("x", hole)
    assert isinstance(value["d"], Unknown)


def test_a_definition_by_the_name_in_its_arn():
    """An ARN without revision, with the name cut out of the full ARN, is the definition."""
    name = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "Job"}]}]}
    arn = {"Fn::Join": ["", ["arn:aws:batch:eu-west-1:111122223333:", name]]}
    [submission] = machine(
        {
            "StartAt": "A",
            "States": {
                "A": {"Type": "Task", "Resource": SUBMIT, "Parameters": {**REQUEST, "JobDefinition": arn}}
            },
        }
    )
    assert linked(submission)[:2] == ["Job", "Queue"]
