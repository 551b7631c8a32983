"""The parts of user data: scripts and settings of cloud-init in a MIME document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from batch_constructs.assembly.template.unknown import PartialText, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from batch_constructs.assembly.template.unknown import Unknown

_KINDS: dict[str, Literal["script", "cloud-config"]] = {
    "text/x-shellscript": "script",
    "text/cloud-boothook": "script",
    "text/cloud-config": "cloud-config",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BootPart:
    """A part of user data that cloud-init runs; unknown parts of its text are written as ``${…}``."""

    kind: Literal["script", "cloud-config"]
    text: str


def boot_parts(user_data: str | Unknown | None) -> Iterator[BootPart]:
    """Yield the scripts and the cloud-configs in user data, as far as they are known.

    Args:
        user_data: A MIME multi-part document, or a single script or cloud-config.
    """
    text = user_data.text if isinstance(user_data, PartialText) else user_data
    if not is_known(text):
        return
    if not text.lstrip().lower().startswith(("mime-version:", "content-type:")):
        yield from _part("", text)
        return
    from email import message_from_string  # noqa: PLC0415 - few templates have user data

    for part in message_from_string(text.lstrip().replace("\r\n", "\n")).walk():
        if not part.is_multipart():
            yield from _part(part.get_content_type(), _payload(part))


def _payload(part: Message) -> str:
    if part.get("Content-Transfer-Encoding", "").lower() == "base64":
        decoded = part.get_payload(decode=True)
        return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _part(content_type: str, text: str) -> Iterator[BootPart]:
    """Yield the part; without a type that says more, cloud-init goes by the first line."""
    first = text.lstrip().partition("\n")[0]
    kind = _KINDS.get(content_type)
    if content_type in {"", "text/plain"}:
        kind = (
            "cloud-config"
            if first.startswith("#cloud-config")
            else "script"
            if first.startswith(("#!", "#cloud-boothook"))
            else None
        )
    if kind is not None:
        yield BootPart(kind=kind, text=text)
