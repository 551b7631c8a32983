"""Rules on job definitions."""
