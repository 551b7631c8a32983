"""The undocumented parts of jsii and of the CDK that this library uses; no other module names them.

A new version may drop any of them without notice. ``tests/_border/test_seam.py`` then fails and says what to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_cdk import CfnResource

__all__ = [
    "interfaces_of",
    "is_interface",
    "is_jsii",
    "is_proxy",
    "is_struct",
    "properties_of",
]


def is_jsii(kind: type) -> bool:
    """Return whether a class comes from the CDK, or extends one of its classes."""
    return hasattr(kind, "__jsii_type__")


def is_struct(kind: type) -> bool:
    """Return whether a class is a struct, whose objects cross to Node.js by value."""
    return hasattr(kind, "__jsii_name_mapping__")


def is_interface(kind: type) -> bool:
    """Return whether a class is an interface of the CDK, which Python sees as a protocol."""
    return getattr(kind, "_is_protocol", False)


def interfaces_of(kind: type) -> tuple[type, ...]:
    """Return the interfaces that a class implements, which are no bases of it in Python."""
    return tuple(getattr(kind, "__jsii_ifaces__", ()))


def is_proxy(kind: type) -> bool:
    """Return whether a class is the one of objects that Node.js made, and of which jsii knows only interfaces."""
    return kind.__name__ == "InterfaceDynamicProxy"


def properties_of(cfn: CfnResource) -> Any:
    """Return the properties of an L1 in CloudFormation's spelling, with its tokens and without its overrides."""
    return cfn._render_properties(cfn._cfn_properties)  # noqa: SLF001 - meant for subclasses
