"""Conversion between the JSON of the AWS CLI and the CDK's resources."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Stack, Stage

from batch_constructs._border.cli_json.documents import document_of, properties_of
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import errors_in
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_cdk import CfnResource

    from batch_constructs.facts.requests import Request

__all__ = ["carry", "read", "write"]


def read(
    request: Request, document: Mapping[str, Any], *, filled_in: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the properties of the resource that a request creates, with CloudFormation's names.

    Args:
        request: ``request("CreateJobQueue")``, of `batch_constructs.facts.requests`.
        document: The result of ``json.load``. It may contain tokens.
        filled_in: Defaults for members that the document omits.

    Raises:
        ValueError: the CLI, CloudFormation or AWS Batch would refuse the document; all in one message.
    """
    problems = Problems()
    properties = {**filled_in, **properties_of(request, document, problems)}
    problems.raise_if_any()
    problems.add(*errors_in(request.resource_type, _without_tokens(properties)))
    problems.raise_if_any()
    return properties


def carry(cfn: CfnResource, properties: Mapping[str, Any], *, keep: frozenset[str] = frozenset()) -> None:
    """Override the properties of a resource so that they equal those of a document.

    Args:
        cfn: The resource that a construct created. Its overrides are ignored.
        properties: The result of `read`.
        keep: Properties that only CloudFormation has, which stay as they are.
    """
    rendered = Stack.of(cfn).resolve(cfn._render_properties(cfn._cfn_properties))  # noqa: SLF001 - the only way to read
    wanted = Stack.of(cfn).resolve(dict(properties))
    for path, value in _differences(rendered, wanted):
        if path.partition(".")[0] in keep:
            continue
        if value is None:
            _remove(cfn, path)
        else:
            cfn.add_property_override(path, value)


def _remove(cfn: CfnResource, path: str) -> None:
    attribute = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", path).lower()
    if getattr(getattr(type(cfn), attribute, None), "fset", None) is not None:
        # Set by the attribute, so that users can set it again through the L1: an override would win over it.
        setattr(cfn, attribute, None)
    else:
        cfn.add_property_deletion_override(path)


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


def _differences(rendered: Any, wanted: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the paths whose values differ, with the wanted value; ``None`` to remove it."""
    for name in {**rendered, **wanted}:
        here = ".".join(filter(None, (path, name.replace(".", "\\."))))
        one, other = rendered.get(name), wanted.get(name)
        if _comparable(one, other):
            yield from _differences(_by_name(one), _by_name(other), here)
        elif one != other and (one, other) != (None, {}):
            # An override with an empty object would be merged with the existing value, so the value is removed.
            yield here, None if other == {} else other


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
