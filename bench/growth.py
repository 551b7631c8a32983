"""The growth of time with size: `python growth.py FOLDER` measures, prints, and draws plots."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

import pygal
from pygal.style import CleanStyle

from bench.processes import BENCH, answer

SIZES = (1, 50, 100, 250, 500, 1000)
TEMPLATES = (1, 10, 25, 50, 100)
REPEATS = 3

Points = list[tuple[int, float]]


def definitions() -> dict[str, Points]:
    """Return the seconds of synth by the number of job definitions, of both sides in turn."""
    found: dict[str, Points] = {"ours": [], "theirs": []}
    for count in SIZES:
        runs = [
            {side: count * float(answer(BENCH / "scale.py", side, str(count))) for side in found}
            for _ in range(REPEATS)
        ]
        for side, points in found.items():
            points.append((count, median(each[side] for each in runs)))
    return {"batch_constructs": found["ours"], "aws-cdk-lib's L2": found["theirs"]}


def templates(folder: Path) -> Points:
    """Return the seconds of the rules by the number of templates of 500 resources each."""
    points = []
    for count in TEMPLATES:
        many = folder / str(count)
        many.mkdir()
        spent = [float(answer(BENCH / "checks.py", "process", str(count), str(many))) for _ in range(REPEATS)]
        points.append((count, median(spent) / 1000))
    return points


def draw(title: str, across: str, series: dict[str, Points]) -> str:
    chart = pygal.XY(
        js=[],
        style=CleanStyle(font_family="Helvetica, Arial, sans-serif"),
        width=800,
        height=360,
        title=title,
        x_title=across,
        y_title="seconds",
        legend_at_bottom=True,
        explicit_size=True,
        include_x_axis=True,
        range=(0, max(seconds for points in series.values() for _, seconds in points) * 1.1),
    )
    for name, points in series.items():
        chart.add(name, points)
    return str(chart.render(is_unicode=True, disable_xml_declaration=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure growth, and draw it.")
    parser.add_argument("folder", type=Path, help="the folder for the pictures")
    folder: Path = parser.parse_args().folder
    synths = definitions()
    with tempfile.TemporaryDirectory() as name:
        checks = {"batch-constructs check": templates(Path(name))}
    pictures = {
        "growth-synth": draw("Synth by the number of job definitions", "job definitions", synths),
        "growth-check": draw("The rules by the number of templates", "templates of 500 resources", checks),
    }
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture + "\n", encoding="utf-8")
    for name, points in {**synths, **checks}.items():
        print(name, *(f"{size}: {seconds:.2f} s" for size, seconds in points), sep="  ")


if __name__ == "__main__":
    main()
