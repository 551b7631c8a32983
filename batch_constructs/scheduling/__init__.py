"""Scheduling policies and consumable resources."""
