"""Rules between security groups that create no circular dependency of stacks."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from aws_cdk import Names
from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct

from batch_constructs._border.places import stack_address
from batch_constructs._border.tokens import known

__all__ = ["let_reach"]

# The existing rules by app. EC2 refuses a duplicate rule, so that the deploy would fail.
_OPENED: WeakKeyDictionary[IConstruct, set[tuple[str, str, str]]] = WeakKeyDictionary()


def let_reach(
    clients: ec2.IConnectable,
    server: ec2.IConnectable,
    port: ec2.Port,
    *,
    asker: ec2.IConnectable | IConstruct | None = None,
    reason: str | None = None,
) -> None:
    """Let clients open connections to a server.

    The CDK adds a rule to the stack of the security group that it changes. That stack then depends on the other group's
    stack, which is a circle if the other one depends on it as well. Here, a rule between groups of two stacks is added to
    the stack of the construct that needs the rule, which depends on both stacks anyway.

    Args:
        clients: The side that opens connections, such as an environment.
        server: The other side, such as a file system.
        port: The port of the server.
        asker: The construct that needs the rule. By default the clients.
        reason: The rule's description. By default the CDK's.
    """
    groups, targets = clients.connections.security_groups, server.connections.security_groups
    here = _construct(clients if asker is None else asker)
    if here is None or not groups or not targets:
        # Peers that are addresses, not groups, belong to no stack.
        server.connections.allow_from(clients, port, reason)
        return
    opened = _OPENED.setdefault(here.node.root, set())
    stack = stack_address(here)
    for group in groups:
        for target in targets:
            rule = (group.node.addr, target.node.addr, port.to_string())
            if rule not in opened:
                opened.add(rule)
                _open(here, stack, group, target, port, reason)


def _construct(asker: ec2.IConnectable | IConstruct) -> IConstruct | None:
    if isinstance(asker, Construct):
        return asker
    connectable: Any = asker
    return next(iter(connectable.connections.security_groups), None)


def _open(
    asker: IConstruct,
    stack: str,
    group: ec2.ISecurityGroup,
    target: ec2.ISecurityGroup,
    port: ec2.Port,
    reason: str | None,
) -> None:
    client, server = ec2.Connections(security_groups=[group]), ec2.Connections(security_groups=[target])
    home, target_home = stack_address(group), stack_address(target)
    # A group that is imported by its id creates no dependency.
    if target_home in {home, stack} or known(group.security_group_id):
        server.allow_from(client, port, reason)
    elif stack == home or known(target.security_group_id):
        client.allow_to(server, port, reason)
    else:
        _open_between(asker, group, target, port, reason)


def _open_between(
    asker: IConstruct,
    group: ec2.ISecurityGroup,
    target: ec2.ISecurityGroup,
    port: ec2.Port,
    reason: str | None,
) -> None:
    """Add the rules to the asker's stack, to which neither group belongs."""
    scope: Any = asker
    name = f"{Names.node_unique_id(group.node)}To{Names.node_unique_id(target.node)}{port}"
    protocol, low, high = _ends(port)
    ec2.CfnSecurityGroupIngress(
        scope,
        f"{name}In",
        group_id=target.security_group_id,
        source_security_group_id=group.security_group_id,
        description=reason,
        ip_protocol=protocol,
        from_port=low,
        to_port=high,
    )
    if not group.allow_all_outbound:
        ec2.CfnSecurityGroupEgress(
            scope,
            f"{name}Out",
            group_id=group.security_group_id,
            destination_security_group_id=target.security_group_id,
            description=reason,
            ip_protocol=protocol,
            from_port=low,
            to_port=high,
        )


def _ends(port: ec2.Port) -> tuple[str, int | None, int | None]:
    rule: dict[str, Any] = port.to_rule_json()
    return rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort")
