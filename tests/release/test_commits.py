"""Messages of commits that are not on the main branch yet."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = ("refs/remotes/origin/main", "refs/heads/main")
SUBJECT = re.compile(r"[a-z][\w ./-]*: \S.*[^.]")


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def faults(subject: str, body: str) -> list[str]:
    """Return what is wrong with a message."""
    found = []
    if len(subject) > 72:
        found.append(f"the subject has {len(subject)} characters, at most 72 are shown everywhere")
    if not SUBJECT.fullmatch(subject):
        found.append("the subject must be `area: what`, without a full stop")
    if not body.strip():
        found.append("the body must say why")
    return found


@pytest.mark.parametrize(
    ("subject", "body", "count"),
    [
        ("rules: find queues without capacity", "Jobs waited for ever.", 0),
        ("rules: find queues without capacity", "", 1),
        ("Find queues without capacity.", "Jobs waited for ever.", 1),
        (f"rules: {'find ' * 20}queues", "Jobs waited for ever.", 1),
    ],
)
def test_what_is_asked_of_a_message(subject: str, body: str, count: int) -> None:
    """An area, 72 characters, and a reason."""
    assert len(faults(subject, body)) == count


def test_new_commits_say_what_and_why() -> None:
    """Those of a branch, which can still be reworded; a clone without the main branch cannot tell which they are."""
    main = next((name for name in MAIN if git("rev-parse", "--verify", "--quiet", name).stdout), None)
    if main is None:
        pytest.skip("this clone is too shallow to know the main branch")
    log = git("log", "--no-merges", "--format=%h%x1f%s%x1f%b%x1e", f"{main}..HEAD")
    assert log.returncode == 0, log.stderr
    commits = [commit.strip().split("\x1f") for commit in log.stdout.split("\x1e") if commit.strip()]
    assert [
        (name, subject, found) for name, subject, body in commits if (found := faults(subject, body))
    ] == []
