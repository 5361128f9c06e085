"""What the environment must hold, and how its problems are told."""

from __future__ import annotations

import re

import pytest

from chalicelib.settings import Settings, SettingsError, cors_settings, current_stage, read_settings

COMPLETE = {
    "STAGE": "prod",
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "https://queue/high",
    "NORMAL_QUEUE_URL": "https://queue/normal",
    "JWKS_URL": "https://issuer/jwks.json",
    "JWT_ISSUER": "https://issuer",
    "JWT_AUDIENCE": "casework",
}

SECRET = "a secret of the tests, 32 bytes or more"


def test_a_complete_environment_gives_settings_with_their_defaults() -> None:
    settings = read_settings(COMPLETE)

    assert isinstance(settings, Settings)
    assert (settings.stage, settings.retention_days, settings.max_open_jobs) == ("prod", 30, 20)
    assert (settings.jwt_role_claim, settings.cors_allow_origin) == ("role", ("*",))


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
    ("environ", "origins", "headers"),
    [
        ({}, ("*",), ()),
        (
            {"CORS_ALLOW_ORIGIN": "https://app.example", "CORS_ALLOW_HEADERS": "X-Mine, x-two"},
            ("https://app.example",),
            ("X-Mine", "x-two"),
        ),
        ({"CORS_ALLOW_ORIGIN": "https://app.example/", "CORS_ALLOW_HEADERS": "a b:"}, ("*",), ()),
    ],
)
def test_cors_can_be_asked_for_before_the_settings_are_read(monkeypatch, environ, origins, headers):
    monkeypatch.setattr("os.environ", environ)

    assert (cors_settings().origins, cors_settings().headers) == (origins, headers)


@pytest.mark.parametrize(
    ("listed", "origins"),
    [
        ("*", ("*",)),
        ("https://app.example", ("https://app.example",)),
        ("https://a.example,https://b.example", ("https://a.example", "https://b.example")),
        (" https://a.example , http://localhost:5173 ", ("https://a.example", "http://localhost:5173")),
        ("https://a.example https://a.example", ("https://a.example",)),
        ("https://App.Example:443", ("https://app.example",)),  # as browsers write it
        ("http://[::1]:3000,capacitor://localhost", ("http://[::1]:3000", "capacitor://localhost")),
    ],
)
def test_the_origins_that_may_call_are_a_list(listed: str, origins: tuple[str, ...]) -> None:
    assert read_settings({**COMPLETE, "CORS_ALLOW_ORIGIN": listed}).cors_allow_origin == origins


@pytest.mark.parametrize(
    ("listed", "wrong"),
    [
        ("app.example", "'app.example'"),
        ("https://app.example/", "'https://app.example/'"),
        ("https://a.example,https://b.example/path", "'https://b.example/path'"),
        ("https://*.example", "'https://*.example'"),
        ("*,https://a.example", "'*'"),
        ("null", "'null'"),
        ("https://user@a.example;https://b.example", "'https://user@a.example;https://b.example'"),
        (",", "an empty list"),
    ],
)
def test_what_is_no_origin_is_named(listed: str, wrong: str) -> None:
    with pytest.raises(SettingsError, match=f"CORS_ALLOW_ORIGIN .*{re.escape(wrong)} is none"):
        read_settings({**COMPLETE, "CORS_ALLOW_ORIGIN": listed})


@pytest.mark.parametrize("listed", ["X-A, X B:", "*", "X-Ä"])
def test_what_is_no_header_name_is_named(listed: str) -> None:
    with pytest.raises(SettingsError, match="CORS_ALLOW_HEADERS must be a list of header names"):
        read_settings({**COMPLETE, "CORS_ALLOW_HEADERS": listed})


@pytest.mark.parametrize("missing", ["JWT_ISSUER", "JWT_AUDIENCE"])
def test_outside_dev_tokens_have_an_issuer_and_an_audience(missing: str) -> None:
    environ = {name: value for name, value in COMPLETE.items() if name != missing}

    with pytest.raises(SettingsError, match=f"{missing} is not set; stage prod needs"):
        read_settings(environ)
    assert getattr(read_settings({**environ, "STAGE": "dev"}), missing.lower()) is None


def test_only_prods_webhooks_never_go_to_loopback() -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_LOOPBACK must not be true in stage prod"):
        read_settings({**COMPLETE, "WEBHOOK_LOOPBACK": "true"})

    assert read_settings({**COMPLETE, "STAGE": "staging", "WEBHOOK_LOOPBACK": "true"}).allows_loopback_webhooks
    assert not read_settings({**COMPLETE, "STAGE": "staging"}).allows_loopback_webhooks


@pytest.mark.parametrize(
    ("text", "required"), [("", False), ("true", True), ("1", True), ("False", False), ("off", False)]
)
def test_the_case_token_is_required_where_the_settings_say_so(text: str, required: bool) -> None:
    assert read_settings({**COMPLETE, "VAPI_REQUIRE_CASE_TOKEN": text}).vapi_require_case_token is required


def test_a_flag_that_is_neither_true_nor_false_is_refused() -> None:
    with pytest.raises(SettingsError, match="VAPI_REQUIRE_CASE_TOKEN must be true or false, not 'perhaps'"):
        read_settings({**COMPLETE, "VAPI_REQUIRE_CASE_TOKEN": "perhaps"})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="JWT_SECRET must have at least 32 bytes"):
        read_settings({**COMPLETE, "STAGE": "dev", "JWT_SECRET": "s" * 31})


@pytest.mark.parametrize("name", ["WEBHOOK_SECRET", "OPENAI_WEBHOOK_SECRET"])
@pytest.mark.parametrize("secret", ["whsec_", "whsec_not-base64!", "whsec_YWJ", "סוד", "whsec_YWJj whsec_"])
def test_a_webhook_secret_that_signs_nothing_is_refused_and_not_shown(name: str, secret: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be whsec_ and base64") as refusal:
        read_settings({**COMPLETE, name: secret})

    assert secret not in str(refusal.value).replace("must be whsec_ and", "must be and")


@pytest.mark.parametrize("stage", ["staging", "prod"])
@pytest.mark.parametrize("url", ["http://issuer/jwks.json", "ftp://issuer/jwks.json", "issuer/jwks.json"])
def test_outside_dev_keys_come_over_tls_only(stage, url):
    with pytest.raises(SettingsError, match="JWKS_URL must begin with https://"):
        read_settings({**COMPLETE, "STAGE": stage, "JWKS_URL": url})


@pytest.mark.parametrize(("text", "days"), [("", None), ("0", None), ("30", 30), ("2555", 2555)])
def test_cases_are_kept_for_ever_unless_a_number_of_days_is_set(text, days):
    assert read_settings({**COMPLETE, "CASE_RETENTION_DAYS": text}).case_retention_days == days


@pytest.mark.parametrize("text", ["29", "-1", "1.5", "a year"])
def test_cases_are_not_forgotten_by_a_slip_of_the_pen(text):
    with pytest.raises(SettingsError, match="CASE_RETENTION_DAYS must be 0"):
        read_settings({**COMPLETE, "CASE_RETENTION_DAYS": text})


@pytest.mark.parametrize("name", ["RETENTION_DAYS", "CASE_RETENTION_DAYS"])
def test_a_retention_past_the_last_date_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be at most 36500 days, not '3000000'"):
        read_settings({**COMPLETE, name: "3000000"})

    kept = read_settings({**COMPLETE, name: "36500"})
    assert 36500 in (kept.retention_days, kept.case_retention_days)
