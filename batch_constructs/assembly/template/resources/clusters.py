"""Amazon EKS clusters."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword, Struct, Text
from batch_constructs.assembly.template.views import Resource, View


class AccessConfig(View):
    """How the cluster decides who may enter."""

    authentication_mode = Keyword("AuthenticationMode")


class EksCluster(Resource):
    """An EKS cluster, as CloudFormation or the CDK's own provider makes it."""

    TYPES = ("AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster")
    NAME = "Name"

    name = Text("Name")
    version = Text("Version")
    access_config = Struct("AccessConfig", AccessConfig)
