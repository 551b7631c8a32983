"""A submission as a command of the AWS CLI."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from batch_constructs._border.tokens import as_string, known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["aws_cli_line"]

_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
# Characters that both the AWS CLI and the shell take literally: no comma, no equals sign, no quote.
_PLAIN = re.compile(r"[\w./:@%+-]+")


def aws_cli_line(operation: str, members: Mapping[str, Any], *, region: str | None = None) -> str:
    """Return the command of the AWS CLI that makes a request.

    Args:
        operation: The command of ``aws batch``, such as ``submit-job``.
        members: The arguments of the request, as boto3 takes them. Tokens pass.
        region: The Region of the request. By default that of the shell's configuration.
    """
    words = ["aws", "batch", operation]
    if region is not None:
        words += ["--region", _quoted(region)]
    for name, value in members.items():
        words += _option(name, value)
    return " ".join(words)


def _option(name: str, value: Any) -> Iterator[str]:
    option = "--" + re.sub(r"(?=[A-Z])", "-", name).lower()
    if isinstance(value, bool):
        yield option if value else option.replace("--", "--no-", 1)
        return
    yield option
    if isinstance(value, str):
        yield _quoted(value)
    elif isinstance(value, (int, float)):
        yield as_string(value)
    elif _is_short(value):
        yield ",".join(f"{key}={_text(each)}" for key, each in value.items())
    else:
        yield _quoted(_json(value))


def _is_short(value: Any) -> bool:
    """Return whether the short form ``key=value,key=value`` can express a value: one level, no special characters."""
    return isinstance(value, dict) and all(
        isinstance(each, (str, int, float)) and not isinstance(each, bool) and _is_plain(key, _text(each))
        for key, each in value.items()
    )


def _is_plain(*words: str) -> bool:
    return all(known(each) and _PLAIN.fullmatch(each) for each in words)


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else as_string(value)


def _json(value: Any) -> str:
    numbers: list[str] = []

    def marked(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: marked(item) for key, item in each.items()}
        if isinstance(each, (list, tuple)):
            return [marked(item) for item in each]
        if isinstance(each, float) and not known(each):
            # JSON would write the number that encodes the token.
            numbers.append(as_string(each))
            return f"<number {len(numbers) - 1}>"
        return each

    text = json.dumps(marked(value), separators=(",", ":"), ensure_ascii=False)
    for position, number in enumerate(numbers):
        text = text.replace(f'"<number {position}>"', number)
    return text


def _quoted(text: str) -> str:
    """Return the text as one word of a POSIX shell; a token alone is a name or an ARN, which needs no quotes."""
    if _TOKEN.fullmatch(text):
        return text
    return shlex.quote(text)
