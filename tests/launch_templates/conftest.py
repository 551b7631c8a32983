"""Fixtures of the tests of launch templates."""

from __future__ import annotations

from base64 import b64decode
from email import message_from_string
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from aws_cdk import Stack


@pytest.fixture
def launch_template_data(stack: Stack) -> Callable[[], dict[str, Any]]:
    """Return the data of the only launch template in the stack."""

    def data() -> dict[str, Any]:
        (resource,) = Template.from_stack(stack).find_resources("AWS::EC2::LaunchTemplate").values()
        return dict(resource["Properties"]["LaunchTemplateData"])

    return data


@pytest.fixture
def cloud_init() -> Callable[[str], list[tuple[str, str]]]:
    """Read user data as cloud-init does, with Python's own email parser: type and text of each part."""

    def parts(user_data: str) -> list[tuple[str, str]]:
        message: Message = message_from_string(b64decode(user_data).decode())
        assert message.get_content_type() == "multipart/mixed"
        assert message["MIME-Version"] == "1.0"
        assert not message.defects
        read = []
        for part in message.get_payload():
            assert not part.defects  # type: ignore[union-attr]
            body = part.get_payload(decode=True)  # type: ignore[union-attr]
            assert isinstance(body, bytes)
            read.append((part.get_content_type(), body.decode()))  # type: ignore[union-attr]
        return read

    return parts
