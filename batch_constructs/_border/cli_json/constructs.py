"""The mixin for constructs that can be converted from and to JSON of the AWS CLI."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from batch_constructs._border.cli_json.documents import with_empties, without_additions
from batch_constructs._border.cli_json.resources import complete, read, write
from batch_constructs._border.spelling import arguments, members
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.facts.requests import request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from constructs import Construct

    from batch_constructs._border.problems import Problems

__all__ = ["CliJson"]


class CliJson:
    """A construct around one resource, its ``cfn``, which a request of the API can create as well."""

    _operation: ClassVar[str]
    """The request that creates the resource."""

    _l1: ClassVar[type[Any]]
    """The class of the resource."""

    _of_cloudformation: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Members that only CloudFormation has, for constructs from JSON."""

    _filled_in: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Defaults of the API that CloudFormation requires explicitly."""

    _came_of: Mapping[str, Any] | None = None
    """The document that it was created from, if any."""

    def _make(self, members: Mapping[str, Any]) -> None:
        """Create the resource.

        Args:
            members: Its members, as the API spells them.
        """
        self.cfn = self._l1(self, "Resource", **arguments(members))

    _kinds: ClassVar[frozenset[str]] = frozenset()
    """The names of other classes whose documents it takes, too."""

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str | None:
        """Return the name of the class that takes a document; ``None`` if one class takes all, or a token decides."""

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        """Add a problem for what no rule refuses.

        Args:
            problems: Where to add it.
            document: Its members have the right names and types.
        """

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        """Set the attributes that tell what the resource refers to.

        Args:
            document: What it was made of.
        """

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
        whole = members({**cls._filled_in, **document})
        properties = read(request(cls._operation), whole, cls._check)
        # Its constructor takes arguments, and makes roles, logs and networks that a document names or leaves to AWS.
        made = cls.__new__(cls)
        CheckedConstruct.__init__(made, scope, id)  # type: ignore[arg-type] # each class is one
        made._make({**_known_to(cls._l1, whole), **cls._of_cloudformation})
        made._came_of = document  # noqa: SLF001
        made._refer_to(whole)  # noqa: SLF001
        complete(made.cfn, properties)
        return made

    @classmethod
    def _check(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        kind, names = cls._kind_of(document), cls._kinds.union(each.__name__ for each in cls.__mro__)
        if kind is None or kind in names:
            cls._check_document(problems, document)
        else:
            problems.add(f"the document must be one for {cls.__name__}, got one for {kind}: use that class")

    def to_cli_json(self) -> dict[str, Any]:
        """Return the JSON that the AWS CLI accepts with ``--cli-input-json`` to create the same resource.

        It is read from the synthesized template, so call it when the app is complete. Values that CloudFormation fills in at
        deploy time are written as in ``Fn::Sub`` (``${JobRole.Arn}``); a name that CloudFormation would make is the logical id.
        Members that only CloudFormation has, such as its update policies, are left out.

        Guide: Job Definition Template; Job Queue Template; Compute Environment Template.
        """
        document = write(request(self._operation), self.cfn)
        if self._came_of is None:
            return document
        as_given: dict[str, Any] = with_empties(
            without_additions(document, self._came_of, self._filled_in), self._came_of
        )
        return as_given


def _known_to(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that an L1 takes; tags of the app would replace its tags, and not what overrides them."""
    return {
        name: value
        for name, value in document.items()
        if name != "tags" and all(hasattr(kind, each) for each in arguments({name: value}))
    }
