"""Pictures of a platform, drawn from its template."""

from batch_constructs.assembly.diagrams.chart import Card, CardKind, Chart, Line, draw

__all__ = ["Card", "CardKind", "Chart", "Line", "draw"]
