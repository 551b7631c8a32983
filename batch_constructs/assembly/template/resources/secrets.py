"""Secrets of Secrets Manager, and repositories of Amazon ECR."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Link, Text
from batch_constructs.assembly.template.resources.topics import Key
from batch_constructs.assembly.template.views import Resource


class StoredSecret(Resource):
    """A secret in Secrets Manager; without a key of its own, AWS's key encrypts it, which everybody in the account may use."""

    TYPES = ("AWS::SecretsManager::Secret",)
    NAME = "Name"

    kms_key_id = Text("KmsKeyId")
    key = Link("KmsKeyId", Key)
