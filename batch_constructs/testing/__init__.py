"""For the tests of your own stacks."""

from batch_constructs.testing.findings import assert_no_findings

__all__ = ["assert_no_findings"]
