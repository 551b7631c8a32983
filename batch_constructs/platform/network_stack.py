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
    """A stack with a `BatchNetwork`: what changes least, and what all else stands on.

    It exports the VPC, its addresses and all its subnets from the start, and whoever uses them may come and go. What it
    exports cannot change while it is used, and CloudFormation says so before anything is touched: for another network
    deploy a second stack beside it, and move the environments by `BlueGreen`.

    Guide: Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments.
    """

    network: BatchNetwork
    """The network."""

    vpc: ec2.Vpc
    """Its VPC, for the other stacks."""

    subnets: ec2.SubnetSelection
    """Where environments belong, and where they go by default."""

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
            max_azs: Over how many Availability Zones the subnets go, at least 1; by default 3. A stack without an
                explicit Region knows of two only.
            nat_gateways: How many NAT gateways, at most one per zone; 1 when omitted. 0 leaves the private subnets out.
            isolated: Whether there is no way to the internet. Images must come from ECR then. By default there is one.
            endpoints_for: With ``isolated`` only: the kinds of environment that the network is for. EC2 and Fargate
                when omitted.
            extra_endpoints: With ``isolated`` only: what else the jobs call. By default nothing.
            flow_logs: Whether to log all traffic of the VPC to CloudWatch Logs; by default yes.
            flow_log_retention: With ``flow_logs`` only: how long to keep them, a month when omitted.
            env: Account and Region. By default those of the scope, else whichever it is deployed to.
            stack_name: What CloudFormation calls it. By default its id.
            description: What it is for, in words. By default none.
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
            # A network has more rules than should stand twice; so the stack goes again with it.
            scope.node.try_remove_child(id)
            raise
        self.vpc = self.network.vpc
        self.subnets = self.network.subnets
        every = [*self.vpc.public_subnets, *self.vpc.private_subnets, *self.vpc.isolated_subnets]
        self._keep_exported(self.vpc.vpc_id, self.vpc.vpc_cidr_block, *(subnet.subnet_id for subnet in every))
