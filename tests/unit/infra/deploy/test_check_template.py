"""Every rule is kept by the template as it is, and each defect is seen when it is planted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import AttemptError
from chalicelib.telemetry import NAMESPACE
from infra.deploy.check_template import findings, rules
from infra.deploy.checks.alarms import FAILURES
from infra.deploy.package import make_template
from infra.deploy.template import STAGES
from tests.unit.infra.deploy.planted import functions, live, outside, storage
from tests.unit.infra.deploy.planted.template import Plant, Template, statements


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    build = tmp_path_factory.mktemp("build")
    paths = {stage: make_template(stage=stage, architecture="arm64", build=build) for stage in STAGES}
    return {stage: json.loads(path.read_text(encoding="utf-8")) for stage, path in paths.items()}


ROOT = Path(__file__).resolve().parents[4]
JOB_LOG = "job_log.py"
DEFECTS = [*functions.DEFECTS, *live.DEFECTS, *storage.DEFECTS, *outside.DEFECTS]


def subclasses(kind: type[AttemptError]) -> set[type[AttemptError]]:
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


@pytest.mark.parametrize("stage", STAGES)
def test_the_template_as_it_is_keeps_every_rule(templates: dict[str, Template], stage: str) -> None:
    assert findings(templates[stage], stage=stage) == []


@pytest.mark.parametrize(("rule", "plant"), DEFECTS, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(DEFECTS)])
def test_a_planted_defect_is_seen(templates: dict[str, Template], rule: str, plant: Plant) -> None:
    template = deepcopy(templates["prod"])

    plant(template)

    assert rule in {found.partition(":")[0] for found in findings(template, stage="prod")}


def test_every_rule_has_a_defect_that_it_sees() -> None:
    assert set(rules()) == {rule for rule, _ in DEFECTS}


def test_every_function_may_write_its_own_log_only(
    templates: dict[str, Template],
) -> None:
    groups = {
        role: [
            s["Resource"]["Fn::GetAtt"][0] for s in statements(templates["prod"], role) if s.get("Sid") == "WriteLogs"
        ]
        for role in ("ApiHandlerRole", "WorkHighRole", "WorkNormalRole", "RescueRole")
    }

    assert groups == {
        "ApiHandlerRole": ["ApiLogGroup"],
        "WorkHighRole": ["WorkHighLogGroup"],
        "WorkNormalRole": ["WorkNormalLogGroup"],
        "RescueRole": ["RescueLogGroup"],
    }


def test_the_runbook_says_what_to_do_about_each_alarm(templates: dict[str, Template]) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")

    alarms = [name for name, r in templates["prod"]["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert [name for name in alarms if f"`{name}`" not in runbook] == []


def test_alarms_on_our_own_metrics_ask_for_what_the_log_counts(templates: dict[str, Template]) -> None:
    """A name that differs by a letter is an alarm that never rings."""
    alarms = [r["Properties"] for r in templates["prod"]["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    single = [alarm for alarm in alarms if "MetricName" in alarm]
    several = [
        one["MetricStat"]["Metric"] for alarm in alarms for one in alarm.get("Metrics", ()) if "MetricStat" in one
    ]

    asked = {
        (metric["MetricName"], tuple(dimension["Name"] for dimension in metric["Dimensions"]))
        for metric in [*single, *several]
        if metric["Namespace"] == NAMESPACE
    }

    counted = (ROOT / "chalicelib" / "jobs" / JOB_LOG).read_text(encoding="utf-8")
    assert asked == {
        ("JobsFailed", ("stage", "code")),
        ("JobsFailed", ("stage",)),
        ("JobsCompleted", ("stage",)),
        ("AttemptsRepeated", ("stage",)),
        ("CostUsd", ("stage",)),
        ("Defects", ("stage",)),
        ("MemoryPercent", ("stage",)),
        ("QueueWaitSeconds", ("stage", "lane")),
    }
    assert [
        name for name, _ in asked - {("Defects", ("stage",)), ("MemoryPercent", ("stage",))} if name not in counted
    ] == []


def test_alarms_on_codes_name_codes_that_jobs_fail_with() -> None:
    known = {error.code for error in subclasses(AttemptError)}

    assert FAILURES - known <= {"storage_unavailable"}


def add_index(indexes: list[Any]) -> None:
    indexes.append({"IndexName": "by_new"})


def remove_index(indexes: list[Any]) -> None:
    indexes.pop()


@pytest.mark.parametrize("change", [add_index, remove_index])
def test_one_index_a_release_may_come_or_go(templates: dict[str, Template], change: Callable[[Any], Any]) -> None:
    template = deepcopy(templates["prod"])

    change(template["Resources"]["JobsTable"]["Properties"]["GlobalSecondaryIndexes"])

    assert "tables_can_be_updated" not in {line.partition(":")[0] for line in findings(template, stage="prod")}


def test_the_page_on_deploying_names_every_parameter_and_no_other(templates: dict[str, Template]) -> None:
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    table = page.partition("| parameter | default | |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z]\w+)`", row.split(" | ")[0])}

    assert named == set(templates["prod"]["Parameters"])
