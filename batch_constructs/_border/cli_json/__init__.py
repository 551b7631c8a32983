"""Conversion of the AWS CLI's JSON to constructs, and back to equal JSON.

A construct gets ``from_cli_json`` and ``to_cli_json`` from the mixin `CliJson` (``constructs``). It defines its
operation and the keywords for the resource's properties::

    class JobQueue(CliJson, JobQueueBase):
        _operation = "CreateJobQueue"

        @classmethod
        def _arguments_of(cls, properties, references):
            return {"priority": properties["Priority"], …}

A construct is created from a document in three steps. ``read`` checks the names and types of members, and the rules for
a single resource, and returns the properties with CloudFormation's names. The construct is created by keywords. ``carry``
compares its rendered properties with those of the document, and overrides the difference. So keywords need not cover
every member, and our defaults that the document does not have are removed again. ``write`` does the reverse, from the
synthesized template.

Only *members* change their case: the keys of maps (``tags``, ``parameters``, ``options``, labels) belong to the user,
and lists keep their order.
"""
