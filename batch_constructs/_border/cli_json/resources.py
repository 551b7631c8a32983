"""Conversion between the JSON of the AWS CLI and the CDK's resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Stack, Stage

from batch_constructs._border import seam
from batch_constructs._border.cli_json.documents import document_of, properties_of
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import errors_in
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aws_cdk import CfnResource

    from batch_constructs.facts.requests import Request

__all__ = ["complete", "read", "write"]


def read(
    request: Request,
    document: Mapping[str, Any],
    check: Callable[[Problems, Mapping[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Return the properties of the resource that a request creates, with CloudFormation's names.

    Args:
        request: ``request("CreateJobQueue")``, of `batch_constructs.facts.requests`.
        document: The result of ``json.load``. It may contain tokens.
        check: Adds the problems of a document whose members have the right names and types.

    Raises:
        ValueError: the CLI, CloudFormation or AWS Batch would refuse the document; all in one message.
    """
    problems = Problems()
    properties = properties_of(request, document, problems)
    problems.raise_if_any()
    if check is not None:
        check(problems, document)
    problems.add(*errors_in(request.resource_type, _without_tokens(properties)))
    problems.raise_if_any()
    return properties


def complete(cfn: CfnResource, properties: Mapping[str, Any]) -> None:
    """Override the properties that the L1 lacks, so that they equal those of a document.

    Args:
        cfn: The resource, created from the same document. Its overrides are ignored.
        properties: The result of `read`.
    """
    rendered = Stack.of(cfn).resolve(seam.properties_of(cfn))
    for path, value in _missing(rendered, Stack.of(cfn).resolve(dict(properties))):
        cfn.add_property_override(path, value)


def write(request: Request, cfn: CfnResource) -> dict[str, Any]:
    """Synthesize the app, and return the request that would create the same resource.

    Args:
        request: The kind of request.
        cfn: The resource.
    """
    stack = Stack.of(cfn)
    stage = cast("Stage", Stage.of(cfn))  # the CDK creates one for a stack without an app
    folder = Path(stage.synth(force=True).directory)
    template = json.loads((folder / stack.template_file).read_text(encoding="utf-8"))
    logical_id = stack.resolve(cfn.logical_id)
    return document_of(request, template["Resources"][logical_id].get("Properties", {}), logical_id)


def _missing(rendered: Any, wanted: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the paths whose values are missing or differ, with the wanted value."""
    for name, other in wanted.items():
        here = ".".join(filter(None, (path, name.replace(".", "\\."))))
        one = rendered.get(name)
        if _comparable(one, other):
            yield from _missing(_by_name(one), _by_name(other), here)
        # Templates have no empty objects.
        elif other not in (one, {}):
            yield here, other


def _comparable(one: Any, other: Any) -> bool:
    """Return whether two values can be compared member by member: objects, and lists of equally many objects."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(isinstance(each, dict) for each in (*one, *other))
    return isinstance(one, dict) and isinstance(other, dict) and bool(one) and bool(other)


def _by_name(value: Any) -> Mapping[str, Any]:
    # The CDK's overrides address the elements of a list by index.
    return value if isinstance(value, dict) else {str(index): each for index, each in enumerate(value)}


def _without_tokens(value: Any) -> Any:
    """Return a value with references instead of tokens, which the rules treat as unknown."""
    if isinstance(value, dict):
        return {key: _without_tokens(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_tokens(item) for item in value]
    return value if known(value) else {"Ref": "Token"}
