"""What a rehearsal costs: instances and tasks by the second, and what the network and keys cost idle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_constructs.facts.prices import LEAST_SECONDS

if TYPE_CHECKING:
    from batch_constructs.facts.prices import Prices
    from batch_constructs.rehearsal.fleets import Fleet
    from batch_constructs.rehearsal.measures import Measures
    from batch_constructs.rehearsal.plans import RehearsalPlan
    from batch_constructs.rehearsal.stage import Stage

_HOUR = 3_600
_MONTH_HOURS = 730


@dataclass(slots=True)
class Bill:
    """The costs of a rehearsal in US dollars; what has no price is ``None`` and in `missing`.

    Attributes:
        source: Where the prices come from.
        costs: By environment.
        on_demand: By environment, if none of it were Spot.
        idle_per_month: What costs the same whether jobs run or not.
        missing: What has no price, one sentence each.
    """

    source: str
    costs: dict[str, float | None] = field(default_factory=dict)
    on_demand: dict[str, float | None] = field(default_factory=dict)
    idle_per_month: float | None = None
    missing: list[str] = field(default_factory=list)
    _used: dict[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: Stage, measures: Measures, plan: RehearsalPlan, prices: Prices) -> Bill:
        """Return the bill of a rehearsal."""
        bill = cls(prices.source, _used=measures.used)
        for name in stage.environments:
            fleet = stage.fleets.get(name)
            full = bill._instances(fleet, prices) if fleet else bill._tasks(name, measures, prices)
            bill.on_demand[name] = bill.costs[name] = full
            if name in stage.spot and full:
                bill.costs[name] = None if plan.spot_price is None else full * plan.spot_price
        if any(bill.costs[name] is None and bill.on_demand[name] is not None for name in stage.spot):
            bill.missing.append(
                "the price of Spot capacity: add 'spot_price: 35%' for a part of the On-Demand price"
            )
        bill._add_idle(stage, prices)
        return bill

    def of_queue(self, queue: str, vcpu_seconds: float) -> float | None:
        """Return what a queue's jobs cost: their part of each environment, idle capacity included.

        Args:
            queue: The queue.
            vcpu_seconds: What these jobs used, of all that the queue used.
        """
        total = 0.0
        of_queue = sum(value for (_, name), value in self._used.items() if name == queue)
        if not of_queue:
            return 0.0
        for (environment, name), used in self._used.items():
            if name != queue:
                continue
            cost = self.costs[environment]
            if cost is None:
                return None
            total += cost * used / sum(v for (place, _), v in self._used.items() if place == environment)
        return total * vcpu_seconds / of_queue

    def _instances(self, fleet: Fleet, prices: Prices) -> float | None:
        """Return what the instances of an environment cost on demand."""
        unknown = sorted({each.type.name for each in fleet.past if each.type.price is None})
        if unknown:
            self.missing.append(
                f"the price of {', '.join(unknown)} in {prices.region}: add --prices FILE with lines like "
                f"{unknown[0]},1.23"
            )
            return None
        return sum(
            max((each.ended or 0.0) - each.launched, LEAST_SECONDS) / _HOUR * (each.type.price or 0.0)
            for each in fleet.past
        )

    def _tasks(self, name: str, measures: Measures, prices: Prices) -> float | None:
        """Return what the tasks of an environment on Fargate cost on demand."""
        total = 0.0
        for (environment, processor), (vcpu_seconds, gb_seconds, _) in measures.tasks.items():
            if environment != name:
                continue
            price = prices.fargate.get(processor)
            if price is None:
                self.missing.append(f"the price of Fargate ({processor}) in {prices.region}")
                return None
            total += (vcpu_seconds * price.vcpu + gb_seconds * price.memory_gb) / _HOUR
        return total

    def _add_idle(self, stage: Stage, prices: Prices) -> None:
        """Add what the network and keys cost in a month."""
        total = 0.0
        for kind in ("AWS::EC2::NatGateway", "AWS::EC2::VPCEndpoint", "AWS::KMS::Key"):
            for _, properties in stage.plan.resources(kind):
                if kind == "AWS::EC2::VPCEndpoint" and properties.get("VpcEndpointType") != "Interface":
                    continue
                if kind not in prices.idle:
                    self.missing.append(f"what NAT gateways, endpoints and keys cost in {prices.region}")
                    return
                number = len(properties.get("SubnetIds", ())) or 1
                total += prices.idle[kind] * (number if kind == "AWS::EC2::VPCEndpoint" else 1)
        self.idle_per_month = total * _MONTH_HOURS
