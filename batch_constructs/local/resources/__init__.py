"""Compute environments, queues, policies, definitions and consumable resources, as the API makes and shows them."""

from __future__ import annotations

from batch_constructs.local.resources.registry import Resources

__all__ = ["Resources"]
