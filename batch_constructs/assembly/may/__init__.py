"""The proof *May*: may a principal do something with a resource?

It follows IAM's evaluation logic over the policies of an assembly: explicit denials first, then the permissions
boundary, then the policies of the role and of the resource. Whatever the template does not say makes the answer
*unknown*, never *no*. Service control policies are outside of every template, so that *yes* means: as far as the
policies of the assembly go.

Source: IAM User Guide, "Policy evaluation logic"; AWS KMS Developer Guide, "Key policies"; read on 2026-12-01.
"""

from __future__ import annotations

from batch_constructs.assembly.may.decision import filled, may, own_policies_allow
from batch_constructs.assembly.may.naming import arn_of, texts_of
from batch_constructs.assembly.may.policies import managed_names, policies_of
from batch_constructs.assembly.may.principals import Anonymous, Principal, RoleOf, Service, ServiceLinkedRole
from batch_constructs.assembly.may.texts import Text
from batch_constructs.assembly.may.things import EVERYTHING, Thing, thing_named, thing_of

__all__ = [
    "EVERYTHING",
    "Anonymous",
    "Principal",
    "RoleOf",
    "Service",
    "ServiceLinkedRole",
    "Text",
    "Thing",
    "arn_of",
    "filled",
    "managed_names",
    "may",
    "own_policies_allow",
    "policies_of",
    "texts_of",
    "thing_named",
    "thing_of",
]
