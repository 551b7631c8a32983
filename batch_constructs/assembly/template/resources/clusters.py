"""Amazon EKS clusters."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword, Struct, Text
from batch_constructs.assembly.template.views import Resource, View


class AccessConfig(View):
    """The cluster's authentication settings."""

    authentication_mode = Keyword("AuthenticationMode")


class EksCluster(Resource):
    """An EKS cluster, from CloudFormation or from the CDK's custom resource."""

    TYPES = ("AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster")
    NAME = "Name"

    name = Text("Name")
    version = Text("Version")
    access_config = Struct("AccessConfig", AccessConfig)
