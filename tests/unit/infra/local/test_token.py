"""A development token is one that the local API takes."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.auth import token_verifier
from chalicelib.settings import read_settings
from infra.local.environment import Ports, local_environment
from infra.local.token import token

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def principal(role: str):
    settings = read_settings(local_environment({}, ports=Ports()))
    text = token(user="u1", role=role, now=NOW.timestamp())
    return token_verifier(settings, clock=lambda: NOW).principal(f"Bearer {text}")


def test_a_token_names_its_user():
    assert principal("user").user_id == "u1"
    assert not principal("user").is_admin


def test_an_admin_token_makes_an_admin():
    assert principal("admin").is_admin
