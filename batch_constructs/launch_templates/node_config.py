"""Settings of an Amazon EKS node for ``nodeadm``, which starts nodes on Amazon Linux 2023."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2
from batch_constructs.launch_templates.user_data import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["EksNodeConfig", "LocalStorage"]

LocalStorage = Literal["RAID0", "RAID10", "Mount"]
"""Use of an instance's NVMe disks: striped as one, mirrored, or each on its own."""

_PODS = Range(1, None, unit="pods", source=EC2)
_BATCH_LABELS = "batch.amazonaws.com/"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksNodeConfig:
    """Settings of the kubelet and of containerd on the nodes of an `EksComputeEnvironment`.

    AWS Batch adds the cluster, its network and the taints of the node: do not write those.

    Attributes:
        max_pods: How many pods a node takes, at least 1. By default as many as the network plugin has addresses for;
            each costs 11 MiB of the node's memory.
        kubelet_config: Further members of Kubernetes' ``KubeletConfiguration``. By default none.
        kubelet_flags: Further flags, such as ``--node-labels=team=genomics``. By default none.
        containerd_config: Settings of containerd, as TOML. By default none.
        local_storage: How the NVMe disks of the instance are used. By default they are not.

    Raises:
        ValueError: there is no setting, or one that belongs to AWS Batch.

    Guide: Launch Template Support; AWS Batch on Amazon EKS (newer than the table of contents).
    """

    max_pods: int | None = None
    kubelet_config: Mapping[str, Any] = field(default_factory=dict)
    kubelet_flags: Sequence[str] = ()
    containerd_config: str | None = None
    local_storage: LocalStorage | None = None
    content_type: ClassVar[str] = "application/node.eks.aws"

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(bool(self._spec()), "a node config needs at least one setting, got none")
        problems.within("max_pods", self.max_pods, _PODS)
        problems.check(
            self.max_pods is None or "maxPods" not in self.kubelet_config,
            "max_pods must be given once, got it in the node config and in kubelet_config",
        )
        problems.check(
            "registerWithTaints" not in self.kubelet_config,
            "kubelet_config must not have registerWithTaints, which belongs to AWS Batch: leave it out",
        )
        for flag in self.kubelet_flags:
            self._check_flag(problems, flag)
        problems.check(
            self.local_storage is None or self.local_storage in get_args(LocalStorage),
            f"local_storage must be one of {', '.join(get_args(LocalStorage))}, got {self.local_storage!r}",
        )
        problems.raise_if_any()

    @staticmethod
    def _check_flag(problems: Problems, flag: str) -> None:
        if not known(flag):
            return
        problems.check(flag.startswith("--"), f"kubelet_flags must begin with --, got {flag!r}")
        problems.check(
            not flag.startswith("--register-with-taints") and _BATCH_LABELS not in flag,
            f"kubelet_flags must leave taints and labels below {_BATCH_LABELS} to AWS Batch, got {flag!r}",
        )

    def _spec(self) -> dict[str, Any]:
        pods = {} if self.max_pods is None else {"maxPods": self.max_pods}
        kubelet = _without_empty(config={**self.kubelet_config, **pods}, flags=[*self.kubelet_flags])
        storage = _without_empty(strategy=self.local_storage)
        return _without_empty(
            kubelet=kubelet,
            containerd=_without_empty(config=self.containerd_config),
            instance=_without_empty(localStorage=storage),
        )

    def body(self) -> str:
        """Return the settings as JSON, which is also YAML."""
        config = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": self._spec()}
        return json.dumps(as_json(config), indent=2, ensure_ascii=False)


def _without_empty(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, {}, [])}
