"""Reads one file of a template or an assembly, and parses it as JSON or YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template.documents import Document, JsonDocument, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

# CloudFormation accepts 1 MB at most; 4 MB leave room for comments and indentation.
MAX_BYTES = 4 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UnreadableInputError: it cannot be opened, is not a file, or is far too large.
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise UnreadableInputError("it is larger than any template that CloudFormation accepts (1 MB)")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInputError(f"it cannot be opened ({reason.lower()})") from None


def parse(data: bytes, file: Path | None = None) -> Document:
    """Parse JSON or YAML, whichever it is.

    Raises:
        UnreadableInputError: it is neither, is too large, or would expand without limit.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableInputError("it is larger than any template that CloudFormation accepts (1 MB)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInputError("it is not text in UTF-8") from None
    if text.lstrip().startswith(("//", "/*")):
        raise UnreadableInputError(
            "it begins with a comment, which JSON does not allow: remove it, or write YAML"
        )
    if text.lstrip().startswith(("{", "[")):
        try:
            return JsonDocument(text, file)
        except UnreadableInputError:
            # YAML's flow style starts with a brace as well, but a JSON file with a typo gets JSON's message.
            if file is None or file.suffix not in {".yaml", ".yml"}:
                raise
    from batch_constructs.assembly.template.yaml_documents import YamlDocument  # noqa: PLC0415 - costs 20 ms

    return YamlDocument(text, file)
