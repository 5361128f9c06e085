"""What the environment must hold, and how its problems are told."""

from __future__ import annotations

import pytest

from chalicelib.settings import Settings, SettingsError, allowed_origin, current_stage, read_settings

COMPLETE = {
    "STAGE": "prod",
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "https://queue/high",
    "NORMAL_QUEUE_URL": "https://queue/normal",
    "JWKS_URL": "https://issuer/jwks.json",
}

SECRET = "a secret of the tests, 32 bytes or more"


def test_a_complete_environment_gives_settings_with_their_defaults() -> None:
    settings = read_settings(COMPLETE)

    assert isinstance(settings, Settings)
    assert (settings.stage, settings.retention_days, settings.max_open_jobs) == ("prod", 30, 20)
    assert (settings.jwt_role_claim, settings.cors_allow_origin) == ("role", "*")


def test_every_problem_is_named_at_once() -> None:
    environ = {"STAGE": "production", "RETENTION_DAYS": "7", "LOG_LEVEL": "loud", "JOBS_TABLE": " "}

    with pytest.raises(SettingsError) as refused:
        read_settings(environ)

    lines = str(refused.value).splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        "STAGE",
        "JOBS_TABLE",
        "CASES_TABLE",
        "BUCKET",
        "HIGH_QUEUE_URL",
        "NORMAL_QUEUE_URL",
        "RETENTION_DAYS",
        "LOG_LEVEL",
        "JWKS_URL",
    ]
    assert "  STAGE must be dev, staging or prod, not 'production'" in lines
    assert "  RETENTION_DAYS must be a whole number of days, at least 8, not '7'" in lines


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_a_shared_secret_is_refused_outside_dev(stage: str) -> None:
    with pytest.raises(SettingsError, match="JWT_SECRET must not be set"):
        read_settings({**COMPLETE, "STAGE": stage, "JWT_SECRET": SECRET})


def test_in_dev_a_shared_secret_does() -> None:
    environ = {**COMPLETE, "STAGE": "dev", "JWT_SECRET": SECRET}
    del environ["JWKS_URL"]

    assert read_settings(environ).jwt_secret == SECRET


@pytest.mark.parametrize("number", ["0", "-3", "many", "1.5"])
def test_a_limit_is_a_whole_number(number: str) -> None:
    with pytest.raises(SettingsError, match="MAX_OPEN_JOBS must be a whole number, at least 1"):
        read_settings({**COMPLETE, "MAX_OPEN_JOBS": number})


@pytest.mark.parametrize(("environ", "stage"), [({}, None), ({"STAGE": " "}, None), ({"STAGE": "dev"}, "dev")])
def test_the_stage_can_be_asked_for_before_anything_else_is_configured(monkeypatch, environ, stage):
    monkeypatch.setattr("os.environ", environ)

    assert current_stage() == stage


@pytest.mark.parametrize(
    ("environ", "origin"), [({}, "*"), ({"CORS_ALLOW_ORIGIN": "https://app.example"}, "https://app.example")]
)
def test_the_origin_that_may_call_can_be_asked_for_before_the_settings_are_read(monkeypatch, environ, origin):
    monkeypatch.setattr("os.environ", environ)

    assert allowed_origin() == origin


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="JWT_SECRET must have at least 32 bytes"):
        read_settings({**COMPLETE, "STAGE": "dev", "JWT_SECRET": "s" * 31})
