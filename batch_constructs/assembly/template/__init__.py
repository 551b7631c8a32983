"""Reads the output of synth into frozen, typed objects; a value that the template leaves open is an explicit unknown.

`read` takes a template, a ``cdk.out`` or a folder, and returns a `BatchModel`. ``model.of(JobQueue)`` returns its
queues, and each queue links to its parts:
``queue.environments[0].compute_resources.launch_template.launch_template.data``.
"""

from __future__ import annotations

from batch_constructs.assembly.template.documents import UnreadableInputError
from batch_constructs.assembly.template.items import Items, literals
from batch_constructs.assembly.template.model import BatchModel
from batch_constructs.assembly.template.reading import model_of, read, read_bytes
from batch_constructs.assembly.template.stacks import Stack
from batch_constructs.assembly.template.unknown import (
    Either,
    ImportedValue,
    NamePiece,
    ParameterValue,
    PartialText,
    Piece,
    Reference,
    Unknown,
    as_text,
    is_given,
    is_known,
    is_none_of,
    is_one_of,
    known_or_none,
)
from batch_constructs.assembly.template.views import Resource, View

__all__ = [
    "BatchModel",
    "Either",
    "ImportedValue",
    "Items",
    "NamePiece",
    "ParameterValue",
    "PartialText",
    "Piece",
    "Reference",
    "Resource",
    "Stack",
    "Unknown",
    "UnreadableInputError",
    "View",
    "as_text",
    "is_given",
    "is_known",
    "is_none_of",
    "is_one_of",
    "known_or_none",
    "literals",
    "model_of",
    "read",
    "read_bytes",
]
