"""`run`: which analysis is meant, with which token, and what an operator sees of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chalicelib.analyses import catalogue
from infra.ops.run import api_client, chosen_job_type
from infra.problem import Problem


@pytest.mark.parametrize(
    ("text", "job_type"),
    [
        ("call", "call_analysis"),
        ("agent", "document_analysis_agent"),
        ("form7801", "document_analysis_form7801"),
        *((job_type, job_type) for job_type in catalogue()),
    ],
)
def test_an_analysis_is_named_by_its_job_type_or_a_word_of_it(text, job_type):
    assert chosen_job_type(text) == job_type


@pytest.mark.parametrize("text", ["", "document", "letters", "form"])
def test_any_other_name_is_refused_with_those_there_are(text):
    with pytest.raises(Problem, match=r"ANALYSIS must be one of: .*document_analysis_agent"):
        chosen_job_type(text)


def test_a_deployed_stage_wants_a_token_of_its_issuer(ops):
    ops.stage.name = "prod"

    with pytest.raises(Problem, match=r"CASEWORK_TOKEN"):
        api_client(ops.stage, environ={}, clients=ops.stage.client)


def test_a_stage_whose_first_deploy_still_runs_has_no_address(ops):
    ops.stage.name = "staging"
    stacks = {"Stacks": [{"StackName": "casework-staging", "StackStatus": "CREATE_IN_PROGRESS"}]}
    cloudformation = SimpleNamespace(describe_stacks=lambda **_: stacks)

    with pytest.raises(Problem, match=r"casework-staging has no address yet \(CREATE_IN_PROGRESS\)"):
        api_client(ops.stage, environ={"CASEWORK_TOKEN": "a.b.c"}, clients=lambda _: cloudformation)
