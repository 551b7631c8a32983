"""What a construct needs in order to be written as JSON of the AWS CLI, and to come of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from constructs import Construct

from batch_constructs._border.cli_json.documents import with_empties, without_additions
from batch_constructs._border.cli_json.resources import carry, read, write
from batch_constructs._border.tokens import known
from batch_constructs.facts.requests import request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum
    from typing import Self

    from aws_cdk import CfnResource

__all__ = ["CliJson", "check_kind", "word"]

_Word = TypeVar("_Word", bound="StrEnum")


def word(words: type[_Word], text: str | None) -> _Word | None:
    """One of a closed set of words, in whatever case AWS takes it; ``None`` if left out, or a token.

    Raises:
        ValueError: it is none of them.
    """
    if text is None or not known(text):
        return None
    return next((each for each in words if each.lower() == text.lower()), None) or words(text)


def check_kind(kind: str, found: str) -> None:
    """Refuse a document of another kind.

    Args:
        kind: The class that was asked to take it.
        found: The class that can.

    Raises:
        ValueError: they are not the same.
    """
    if kind != found:
        raise ValueError(f"the document must be one for {kind}, got one for {found}: use that class")


class CliJson:
    """A construct around one resource, its ``cfn``, which a request of the API makes, too."""

    _operation: ClassVar[str]
    """The request that makes the resource."""

    _kept: ClassVar[frozenset[str]] = frozenset()
    """Properties that only CloudFormation has, and whose defaults hold for what comes of JSON as well."""

    _filled_in: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What the API fills in, and CloudFormation must be told."""

    _came_of: Mapping[str, Any] | None = None
    """The document, where it was made of one."""

    @property
    def _resource(self) -> CfnResource:
        found: CfnResource = self.cfn  # type: ignore[attr-defined] # each construct says which L1 it is
        return found

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        """The keywords that say what properties say; what no keyword says is left out.

        Args:
            properties: As CloudFormation calls them.
            references: A scope for what exists already: roles, log groups.

        Raises:
            ValueError: the properties are those of another kind.
        """
        raise NotImplementedError

    @classmethod
    def from_cli_json(cls, scope: Construct, id: str, document: Mapping[str, Any]) -> Self:
        """Make one of the JSON that the AWS CLI takes with ``--cli-input-json``.

        What comes in goes out again with ``to_cli_json``: the document's members are those of the resource, and where
        it says nothing, AWS decides, not the defaults of this class. What it names by ARN is used as it is.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            document: What ``json.load`` gives of it. Tokens may stand in it.

        Raises:
            ValueError: what the CLI, CloudFormation or AWS Batch would refuse, or what is of another kind, in one
                message.

        Guide: Job Definition Template; Job Queue Template; Compute Environment Template.
        """
        properties = read(request(cls._operation), document, filled_in=cls._filled_in)
        made = cls._made_of(scope, id, properties)
        carry(made._resource, properties, keep=cls._kept)  # noqa: SLF001 - of the same class
        made._came_of = document  # noqa: SLF001
        return made

    @classmethod
    def _made_of(cls, scope: Construct, id: str, properties: Mapping[str, Any]) -> Self:
        """One that says at least some of what properties say, and nothing that must not be taken away again."""
        references = Construct(scope, f"{id}References")
        try:
            return cls(scope, id, **cls._arguments_of(properties, references))  # type: ignore[call-arg]
        except ValueError:
            scope.node.try_remove_child(references.node.id)
            raise

    def to_cli_json(self) -> dict[str, Any]:
        """The JSON that the AWS CLI takes with ``--cli-input-json`` to make the same.

        It is read from the synthesized template: call it when the app is complete. What CloudFormation fills in at
        deploy time is written as in ``Fn::Sub`` (``${JobRole.Arn}``), and where it makes the name, the logical id
        stands. What only CloudFormation has, such as its update policies, is left out.

        Guide: Job Definition Template; Job Queue Template; Compute Environment Template.
        """
        document = write(request(self._operation), self._resource)
        if self._came_of is None:
            return document
        as_given: dict[str, Any] = with_empties(
            without_additions(document, self._came_of, self._filled_in), self._came_of
        )
        return as_given
