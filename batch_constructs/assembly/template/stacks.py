"""One stack: a template with its parameters bound, in an assembly of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs.assembly.template import intrinsics
from batch_constructs.assembly.template.unknown import ParameterValue, PartialText, Reference, Unknown, ending
from batch_constructs.assembly.template.views import Resource, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from batch_constructs.assembly.template.documents import Document, Steps

R = TypeVar("R", bound=Resource)


class Stack:
    """The resources of one template, and what its expressions stand for.

    Attributes:
        name: the stack's name as the assembly gives it, else the file's name.
        place: the file's path in the folder that was read, without its endings; empty for a stack of a cloud assembly.
        document: the template's data, and where each member stands.
        resources: by logical id.
        exports: what any stack of the assembly exports: name to stack and node.
        deployed_as: what CloudFormation calls the stack; its name unless the assembly says otherwise.
        siblings: all stacks of the assembly, by what CloudFormation calls them.
        construct_paths: the CDK's paths by logical id, where the resources do not say them.
        acknowledged: construct path to the rules that the CDK was told to accept there and below.
    """

    def __init__(self, name: str, document: Document, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.place = ""
        self.document = document
        root = document.root
        self.mappings = _section(root, "Mappings")
        self._parameters = _section(root, "Parameters")
        self._outputs = _section(root, "Outputs")
        # Pseudo-parameters that the assembly fixes, such as AWS::Region.
        self.environment = environment or {}
        # A nested stack gets its parameters from its parent and from nobody else.
        self._parent: tuple[Stack, dict[str, Any]] | None = None
        self.nested: dict[str, Stack] = {}
        self.exports: dict[str, tuple[Stack, Any]] = {}
        self.deployed_as = name
        self.siblings: dict[str, list[Stack]] = {}
        # Also breaks circles: what is being computed is unknown to itself.
        self._values: dict[tuple[str, str], Any] = {}
        self._names: dict[type[Resource], dict[str, Resource]] = {}
        self.construct_paths: dict[str, str] = {}
        self.acknowledged: dict[str, frozenset[str]] = {}
        self.resources: dict[str, Resource] = {}
        # Properties may be a Ref or an Fn::If, which already asks for resources.
        for logical_id, entry in _section(root, "Resources").items():
            if isinstance(entry, dict) and isinstance(entry.get("Type"), str):
                self.resources[logical_id] = kind_of(entry)(self, logical_id, entry)

    def __repr__(self) -> str:
        return f"<Stack {self.name}>"

    @property
    def file(self) -> str:
        """The template file as it was named by the caller; empty if there was none."""
        return str(self.document.file or "")

    def nest(self, logical_id: str, child: Stack, arguments: dict[str, Any]) -> None:
        """Make another stack the one that a resource of this stack deploys."""
        self.nested[logical_id] = child
        child._parent = (self, arguments)

    def resolve(self, node: Any) -> Any:
        """What a node stands for: a literal, a mapping, a list, ``None`` (left out) or an `Unknown`."""
        return intrinsics.resolve(self, node)

    def parameter(self, name: str) -> Any:
        """What ``Ref`` gives for a parameter or a pseudo-parameter."""
        if name in self.environment:
            return self.environment[name]
        definition = self._parameters.get(name)
        if not isinstance(definition, dict):
            return Unknown(name)
        kind = definition.get("Type")
        default = definition.get("Default")
        if not isinstance(kind, str) or kind.startswith("AWS::SSM::"):
            return ParameterValue(name)
        if self._parent is None:
            return ParameterValue(name, default)
        parent, arguments = self._parent
        if name not in arguments:
            value = default if isinstance(default, str | int | float) else ParameterValue(name)
        else:
            value = self._once(("parameter", name), parent, arguments[name])
        if isinstance(value, str) and (kind.startswith("List<") or kind == "CommaDelimitedList"):
            return [item.strip() for item in value.split(",")]
        return value

    def parameter_default(self, name: str) -> str:
        """What a parameter is if nobody says otherwise; of an SSM parameter its path. Empty if there is no default."""
        definition = self._parameters.get(name)
        default = definition.get("Default") if isinstance(definition, dict) else None
        return default if isinstance(default, str) else ""

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """What ``Fn::GetAtt`` gives: a reference, or the output of a nested stack."""
        resource = self.resources.get(logical_id)
        if resource is None:
            return Unknown(f"{logical_id}.{attribute}")
        child = self.nested.get(logical_id)
        if child is not None and attribute.startswith("Outputs."):
            return child.output(attribute.removeprefix("Outputs."))
        return Reference(resource, attribute)

    def output(self, name: str) -> Any:
        """The value of one of this stack's outputs."""
        output = self._outputs.get(name)
        if not isinstance(output, dict) or "Value" not in output:
            return Unknown(f"output {name}")
        return self._once(("output", name), self, output["Value"])

    def offers(self, resource: Resource, looked_at: Collection[str]) -> bool:
        """Return whether an output tells whoever reads it of a resource.

        Args:
            resource: what may be told of.
            looked_at: the names of exports that stacks of the assembly import; what these do with them can be seen.
        """
        return any(
            isinstance(output, dict)
            and self._export_name(output) not in looked_at
            and any(part.target is resource for part in _references(self.resolve(output.get("Value"))))
            for output in self._outputs.values()
        )

    def imports(self) -> Iterator[str]:
        """The names of exports that resources of this stack import, as far as they are known."""
        left, seen = [self.document.root], set[int]()
        while left:
            node = left.pop()
            if not isinstance(node, dict | list) or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, dict) and "Fn::ImportValue" in node:
                name = self.resolve(node["Fn::ImportValue"])
                if isinstance(name, str):
                    yield name
            left += node.values() if isinstance(node, dict) else node

    def _export_name(self, output: dict[str, Any]) -> str:
        """What an output is exported as; empty if it is not, or nobody knows."""
        export = output.get("Export")
        name = self.resolve(export.get("Name")) if isinstance(export, dict) else None
        return name if isinstance(name, str) else ""

    def own_exports(self) -> dict[str, tuple[Stack, Any]]:
        """What this stack offers to others, by export name, as far as the name is known."""
        exports: dict[str, tuple[Stack, Any]] = {}
        for output in self._outputs.values():
            if isinstance(output, dict) and "Value" in output and (name := self._export_name(output)):
                exports[name] = (self, output["Value"])
        return exports

    def imported(self, name: str) -> Any:
        """What another stack of the assembly exports by this name."""
        if name not in self.exports:
            return Unknown(f"import {name}")
        stack, node = self.exports[name]
        return stack._once(("export", name), stack, node)  # noqa: SLF001 - its own class

    def output_of(self, stack_name: str, output: str, region: Any) -> Any:
        """What ``Fn::GetStackOutput`` gives: the output of a stack of the assembly, if there is only one it can be."""
        here = self.environment.get("AWS::Region")
        found = [
            each
            for each in self.siblings.get(stack_name, ())
            if not isinstance(region, str) or each.environment.get("AWS::Region", here) in {region, None}
        ]
        return found[0].output(output) if len(found) == 1 else Unknown(f"output {output} of {stack_name}")

    def named(self, kind: type[R], value: Any) -> R | None:
        """The resource of a kind that has a name of its own, by that name or by an ARN that ends in it."""
        name = ending(value) if isinstance(value, str | PartialText) else None
        if not kind.NAME or not name:
            return None
        if kind not in self._names:
            named = [r for r in self.resources.values() if isinstance(r, kind)]
            self._names[kind] = {n: r for r in named if isinstance(n := r.raw(kind.NAME), str)}
        names = self._names[kind]
        # A job definition may be named with its revision.
        found = names.get(name) or names.get(name.partition(":")[0])
        return found if isinstance(found, kind) else None

    def line(self, logical_id: str, steps: Steps = ()) -> int:
        """The line of a resource, or of one of its properties, in the template."""
        return self.document.line(("Resources", logical_id, *(("Properties", *steps) if steps else ())))

    def _once(self, key: tuple[str, str], stack: Stack, node: Any) -> Any:
        if key not in self._values:
            self._values[key] = Unknown(f"{key[0]} {key[1]}, which depends on itself")
            try:
                self._values[key] = stack.resolve(node)
            except RecursionError:
                self._values[key] = Unknown(f"{key[0]} {key[1]}, which comes through too many stacks")
        return self._values[key]


def _section(root: Any, name: str) -> dict[str, Any]:
    section = root.get(name) if isinstance(root, dict) else None
    return section if isinstance(section, dict) else {}


def _references(value: Any) -> list[Reference]:
    parts = value.parts if isinstance(value, PartialText) else (value,)
    return [part for part in parts if isinstance(part, Reference)]
