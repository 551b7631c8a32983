"""Pictures of a platform, drawn from its template."""

from batch_constructs.assembly.diagrams.chart import Card, Chart, Kind, Line, draw

__all__ = ["Card", "Chart", "Kind", "Line", "draw"]
