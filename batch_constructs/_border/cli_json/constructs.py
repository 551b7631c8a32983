"""The mixin for constructs that can be converted from and to JSON of the AWS CLI."""

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
    """Return a member of an enumeration for a string in any case; ``None`` for ``None`` and tokens.

    Raises:
        ValueError: the enumeration has no such member.
    """
    if text is None or not known(text):
        return None
    return next((each for each in words if each.lower() == text.lower()), None) or words(text)


def check_kind(kind: str, found: str) -> None:
    """Raise an error for a document of another kind.

    Args:
        kind: The class that was called.
        found: The class for the document.

    Raises:
        ValueError: the classes differ.
    """
    if kind != found:
        raise ValueError(f"the document must be one for {kind}, got one for {found}: use that class")


class CliJson:
    """A construct around one resource, its ``cfn``, which a request of the API can create as well."""

    _operation: ClassVar[str]
    """The request that creates the resource."""

    _kept: ClassVar[frozenset[str]] = frozenset()
    """Properties that only CloudFormation has; their defaults also apply to constructs from JSON."""

    _filled_in: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Defaults of the API that CloudFormation requires explicitly."""

    _came_of: Mapping[str, Any] | None = None
    """The document that it was created from, if any."""

    @property
    def _resource(self) -> CfnResource:
        found: CfnResource = self.cfn  # type: ignore[attr-defined] # each construct says which L1 it is
        return found

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        """Return the keywords for the properties, as far as there are keywords for them.

        Args:
            properties: The properties with CloudFormation's names.
            references: A scope for existing resources: roles, log groups.

        Raises:
            ValueError: the properties are those of another kind.
        """
        raise NotImplementedError

    @classmethod
    def from_cli_json(cls, scope: Construct, id: str, document: Mapping[str, Any]) -> Self:
        """Create a construct from JSON as the AWS CLI accepts it with ``--cli-input-json``.

        ``to_cli_json`` returns the same document again: the resource has exactly the document's members. For omitted members
        the defaults of AWS apply, not those of this class. Resources are referred to by the ARNs in the document.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            document: The result of ``json.load``. It may contain tokens.

        Raises:
            ValueError: the CLI, CloudFormation or AWS Batch would refuse the document, or it is one for another class; all in
                one message.

        Guide: Job Definition Template; Job Queue Template; Compute Environment Template.
        """
        properties = read(request(cls._operation), document, filled_in=cls._filled_in)
        made = cls._made_of(scope, id, properties)
        carry(made._resource, properties, keep=cls._kept)  # noqa: SLF001 - of the same class
        made._came_of = document  # noqa: SLF001
        return made

    @classmethod
    def _made_of(cls, scope: Construct, id: str, properties: Mapping[str, Any]) -> Self:
        """Create the construct from the properties that keywords can express; `carry` adds the rest."""
        references = Construct(scope, f"{id}References")
        try:
            return cls(scope, id, **cls._arguments_of(properties, references))  # type: ignore[call-arg]
        except ValueError:
            scope.node.try_remove_child(references.node.id)
            raise

    def to_cli_json(self) -> dict[str, Any]:
        """Return the JSON that the AWS CLI accepts with ``--cli-input-json`` to create the same resource.

        It is read from the synthesized template, so call it when the app is complete. Values that CloudFormation fills in at
        deploy time are written as in ``Fn::Sub`` (``${JobRole.Arn}``); a name that CloudFormation would make is the logical id.
        Members that only CloudFormation has, such as its update policies, are left out.

        Guide: Job Definition Template; Job Queue Template; Compute Environment Template.
        """
        document = write(request(self._operation), self._resource)
        if self._came_of is None:
            return document
        as_given: dict[str, Any] = with_empties(
            without_additions(document, self._came_of, self._filled_in), self._came_of
        )
        return as_given
