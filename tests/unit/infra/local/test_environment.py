"""Local processes never reach the real AWS, and a real provider only when a key says so."""

from __future__ import annotations

import pytest

from chalicelib.settings import read_settings
from infra.local.environment import Ports, emulated_providers, local_environment, read_ports
from infra.problem import Problem

PORTS = Ports(api=1001, aws=1002, model=1003)


def test_the_environment_of_an_empty_shell_is_all_that_the_settings_need():
    settings = read_settings(local_environment({}, ports=PORTS))

    assert settings.stage == "dev"
    assert settings.high_queue_url == "http://127.0.0.1:1002/123456789012/casework-HighQueue"


def test_nothing_of_the_real_aws_reaches_a_local_process():
    shell = {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL": "https://elsewhere",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "STAGE": "prod",
    }

    environment = local_environment(shell, ports=PORTS)

    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1002"
    assert environment["AWS_ACCESS_KEY_ID"] == "local"
    assert environment["STAGE"] == "dev"
    assert {
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    }.isdisjoint(environment)


@pytest.mark.parametrize(
    ("shell", "emulated"),
    [
        ({}, ("openai", "anthropic")),
        ({"OPENAI_API_KEY": "sk-real"}, ("anthropic",)),
        ({"ANTHROPIC_API_KEY": "sk-real"}, ("openai",)),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, ("anthropic",)),
        ({"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}, ()),
    ],
)
def test_a_provider_with_a_key_is_the_real_one(shell, emulated):
    environment = local_environment(shell, ports=PORTS)

    assert emulated_providers(environment, ports=PORTS) == emulated
    assert all(environment[name] == value for name, value in shell.items())


def test_a_real_provider_gets_no_base_url():
    assert "OPENAI_BASE_URL" not in local_environment({"OPENAI_API_KEY": "sk-real"}, ports=PORTS)


def test_a_child_of_a_local_process_has_the_same_environment():
    once = local_environment({"PATH": "/bin", "OPENAI_API_KEY": "sk-real"}, ports=PORTS)

    assert local_environment(once, ports=PORTS) == once


def test_loopback_never_goes_through_a_proxy():
    environment = local_environment({"HTTPS_PROXY": "http://proxy", "NO_PROXY": "intranet"}, ports=PORTS)

    assert environment["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_ports_have_variables_of_their_own():
    assert read_ports({"CASEWORK_API_PORT": "5"}) == Ports(api=5, aws=7801, model=7802)


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "8 0"])
def test_a_port_that_is_none_is_refused_by_the_name_of_its_variable(text):
    with pytest.raises(Problem, match="CASEWORK_AWS_PORT"):
        read_ports({"CASEWORK_AWS_PORT": text})


def test_two_listeners_cannot_share_a_port():
    with pytest.raises(Problem, match="different ports"):
        read_ports({"CASEWORK_AWS_PORT": "8000"})
