"""The model services that are known by name: addresses that can be used, and nothing doubtful."""

from pathlib import Path

import pytest

from core.errors import InputError
from core.models.cloud import checked_host
from core.models.services import checked_url, known_service, services

LOOPBACK = {"vllm", "llama.cpp", "ollama", "lm-studio"}


def test_all_that_were_promised_are_there() -> None:
    names = {"openai", "anthropic", "mistral", "openrouter", "azure", "gemini"} | LOOPBACK
    assert {one.name for one in services()} == names


def test_each_is_encrypted_or_on_this_machine() -> None:
    for one in services():
        host = checked_host(one.url)
        assert (host == "127.0.0.1") == (one.name in LOOPBACK) == (not one.key)
        assert (one.kind == "anthropic") == (one.name == "anthropic")
        assert one.url.startswith("https://") or one.name in LOOPBACK


def test_the_documentation_names_each_address(repository: Path) -> None:
    told = (repository / "docs/scaling.md").read_text("utf-8")
    for one in services():
        assert f"`{one.name}`" in told
        assert (one.url if one.key else one.url.removeprefix("http://127.0.0.1:").removesuffix("/v1")) in told


def test_azure_wants_ones_own_name() -> None:
    azure = known_service("azure")
    assert not azure.whole
    with pytest.raises(InputError, match="your own resource"):
        checked_url(azure.url)
    assert checked_url("https://firm.openai.azure.com/openai/v1")


def test_a_name_that_is_not_known() -> None:
    with pytest.raises(InputError, match="lm-studio"):
        known_service("nobody")
