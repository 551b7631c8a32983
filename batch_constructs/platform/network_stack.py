"""The network of a platform as a stack of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs.networking import BatchNetwork
from batch_constructs.platform._stack import PlatformStack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aws_cdk import Environment
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from batch_constructs.networking import EnvironmentKind

__all__ = ["BatchNetworkStack"]


@checked
class BatchNetworkStack(PlatformStack):
    """A stack with a `BatchNetwork`, on which all other stacks build and which changes least.

    It always exports the VPC, its addresses and all its subnets, so other stacks can come and go. Exported values cannot
    change while another stack uses them; CloudFormation refuses such an update before it changes anything. For another
    network, deploy a second stack next to it, and move the environments with `BlueGreen`.

    Guide: Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments.
    """

    network: BatchNetwork
    """The network."""

    vpc: ec2.Vpc
    """Its VPC, for the other stacks."""

    subnets: ec2.SubnetSelection
    """The subnets for environments, which they use by default."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str = "10.0.0.0/16",
        max_azs: int = 3,
        nat_gateways: int | None = None,
        isolated: bool = False,
        endpoints_for: Collection[EnvironmentKind] | None = None,
        extra_endpoints: Sequence[ec2.InterfaceVpcEndpointAwsService] = (),
        flow_logs: bool = True,
        flow_log_retention: logs.RetentionDays | None = None,
        env: Environment | None = None,
        stack_name: str | None = None,
        description: str | None = None,
        termination_protection: bool | None = None,
    ) -> None:
        """Create the stack and its network.

        Args:
            scope: The app or the stage.
            id: Its name there.
            cidr: Its IPv4 addresses, /16 (by default) to /28, literal.
            max_azs: The number of Availability Zones with subnets, at least 1; by default 3. A stack without an
                explicit Region has two at most.
            nat_gateways: The number of NAT gateways, at most one per zone; by default 1. With 0 there are no private subnets.
            isolated: Whether there is no way to the internet. Images must come from ECR then. By default there is one.
            endpoints_for: With ``isolated`` only: the kinds of environment that the network is for. By default EC2 and
                Fargate.
            extra_endpoints: With ``isolated`` only: further services that the jobs call. By default none.
            flow_logs: Whether to log all traffic of the VPC to CloudWatch Logs; by default yes.
            flow_log_retention: With ``flow_logs`` only: how long to keep them. By default one month.
            env: Account and Region. By default those of the scope, else those that it is deployed to.
            stack_name: Its name in CloudFormation. By default its id.
            description: Its description. By default none.
            termination_protection: Whether CloudFormation refuses to delete it. By default no.

        Raises:
            ValueError: a value is out of range, or arguments contradict each other.
        """
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=stack_name,
            description=description,
            termination_protection=termination_protection,
        )
        try:
            self.network = BatchNetwork(
                self,
                "Network",
                cidr=cidr,
                max_azs=max_azs,
                nat_gateways=nat_gateways,
                isolated=isolated,
                endpoints_for=endpoints_for,
                extra_endpoints=extra_endpoints,
                flow_logs=flow_logs,
                flow_log_retention=flow_log_retention,
            )
        except ValueError:
            # Only the network checks its arguments, so that a failure must remove the new stack again.
            scope.node.try_remove_child(id)
            raise
        self.vpc = self.network.vpc
        self.subnets = self.network.subnets
        every = [*self.vpc.public_subnets, *self.vpc.private_subnets, *self.vpc.isolated_subnets]
        self._keep_exported(self.vpc.vpc_id, self.vpc.vpc_cidr_block, *(subnet.subnet_id for subnet in every))
