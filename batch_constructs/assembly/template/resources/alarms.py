"""CloudWatch alarms, and the topics that they notify."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Boolean, Links, Struct, Structs, Text
from batch_constructs.assembly.template.resources.topics import Topic
from batch_constructs.assembly.template.unknown import is_known
from batch_constructs.assembly.template.views import Resource, View
from batch_constructs.facts.metrics import NAMESPACE, OWN_NAMESPACE


class Metric(View):
    """A metric by its name and dimensions."""

    namespace = Text("Namespace")


class MetricStat(View):
    """A statistic of a metric."""

    metric = Struct("Metric", Metric)


class MetricDataQuery(View):
    """A metric, or an expression over others."""

    metric_stat = Struct("MetricStat", MetricStat)


class Alarm(Resource):
    """An alarm on one metric, or on an expression over several."""

    TYPES = ("AWS::CloudWatch::Alarm",)
    NAME = "AlarmName"

    namespace = Text("Namespace")
    metrics = Structs("Metrics", MetricDataQuery)
    topics = Links("AlarmActions", Topic)
    actions_enabled = Boolean("ActionsEnabled")

    @property
    def concerns_batch(self) -> bool:
        """Return whether it uses metrics of AWS Batch, or those that this library publishes."""
        namespaces = [self.namespace, *(query.metric_stat.metric.namespace for query in self.metrics)]
        return any(is_known(name) and name in {NAMESPACE, OWN_NAMESPACE} for name in namespaces)
