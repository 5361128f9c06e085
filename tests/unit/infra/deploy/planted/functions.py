"""Defects of functions, their queues and their permissions."""

from __future__ import annotations

from tests.unit.infra.deploy.planted.template import (
    Plant,
    conditional,
    event,
    properties,
    statement,
    statements,
    variables,
)

DEFECTS: list[tuple[str, Plant]] = [
    ("queues_wait_long_enough", lambda t: properties(t, "HighQueue").update(VisibilityTimeout=1799)),
    ("queues_wait_long_enough", lambda t: properties(t, "WorkNormal").update(Timeout=301)),
    ("queues_have_a_dead_letter_queue", lambda t: properties(t, "NormalQueue").pop("RedrivePolicy")),
    (
        "queues_have_a_dead_letter_queue",
        lambda t: properties(t, "NormalQueue")["RedrivePolicy"].update(maxReceiveCount=4),
    ),
    ("queues_have_a_dead_letter_queue", lambda t: properties(t, "HighDeadLetterQueue").pop("MessageRetentionPeriod")),
    ("lanes_are_bounded", lambda t: event(t).update(BatchSize=10)),
    ("lanes_are_bounded", lambda t: event(t).pop("ScalingConfig")),
    ("settings_are_all_there", lambda t: variables(t).pop("JWKS_URL")),
    (
        "settings_are_all_there",
        lambda t: properties(t, "APIHandler")["Environment"]["Variables"].pop("WORKER_FUNCTION"),
    ),
    ("settings_are_all_there", lambda t: variables(t).pop("OPENAI_API_KEY_NAME")),
    ("settings_are_all_there", lambda t: variables(t).update(OPENAI_API_KEY="sk-made-up")),
    ("settings_are_all_there", lambda t: properties(t, "Rescue")["Environment"]["Variables"].update(STAGE="dev")),
    ("logs_are_not_kept_for_ever", lambda t: properties(t, "ApiLogGroup").pop("RetentionInDays")),
    ("logs_are_not_kept_for_ever", lambda t: properties(t, "WorkHigh").pop("LoggingConfig")),
    ("the_api_answers_before_the_gateway_gives_up", lambda t: properties(t, "APIHandler").update(Timeout=30)),
    ("rescue_runs_every_minute", lambda t: properties(t, "Rescue").pop("Events")),
    ("rescue_runs_every_minute", lambda t: properties(t, "Rescue").pop("EventInvokeConfig")),
    (
        "each_function_has_a_role_of_its_own",
        lambda t: properties(t, "Rescue").update(Role={"Fn::GetAtt": ["WorkHighRole", "Arn"]}),
    ),
    ("each_function_has_a_role_of_its_own", lambda t: properties(t, "Rescue").pop("Role")),
    ("permissions_name_their_resources", lambda t: statements(t, "RescueRole")[0].update(Resource="*")),
    (
        "permissions_name_their_resources",
        lambda t: statements(t, "RescueRole")[0].update(Resource={"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}),
    ),
    ("permissions_name_their_resources", lambda t: statements(t, "ApiHandlerRole")[0].update(Action="dynamodb:*")),
    (
        "permissions_name_their_resources",
        lambda t: properties(t, "WorkHighRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/X"]),
    ),
    ("lanes_are_bounded", lambda t: t["Parameters"]["HighConcurrency"].update(Default=1)),
    (
        "lanes_are_tuned_without_a_release",
        lambda t: event(t).update(ScalingConfig={"MaximumConcurrency": 5}),
    ),
    ("workers_may_send_themselves_messages", lambda t: properties(t, "WorkHigh").pop("RecursiveLoop")),
    ("workers_may_send_themselves_messages", lambda t: properties(t, "WorkNormal").update(RecursiveLoop="Terminate")),
    ("rescue_can_have_reserved_concurrency", lambda t: properties(t, "Rescue").pop("ReservedConcurrentExecutions")),
    (
        "rescue_can_have_reserved_concurrency",
        lambda t: properties(t, "Rescue").update(ReservedConcurrentExecutions=5),
    ),
    ("rescue_can_have_reserved_concurrency", lambda t: t["Parameters"]["RescueReserved"].update(Default=5)),
    ("roles_can_be_bounded", lambda t: properties(t, "RescueRole").pop("PermissionsBoundary")),
    (
        "secrets_can_be_decrypted",
        lambda t: statements(t, "DeliverRole").remove(conditional(t, "DeliverRole")),
    ),
    ("secrets_can_be_decrypted", lambda t: conditional(t, "WorkHighRole")["Fn::If"][1].update(Resource="*")),
    (
        "workers_never_write_originals",
        lambda t: statement(t, "WorkHighRole", "Originals")["Action"].append("s3:PutObject"),
    ),
    (
        "workers_never_write_originals",
        lambda t: statement(t, "WorkNormalRole", "WhatItWrites").update(
            Resource={"Fn::Sub": "${Bucket.Arn}/uploads/*"}
        ),
    ),
    (
        "workers_never_write_originals",
        lambda t: statement(t, "WorkNormalRole", "WhatItWrites").update(Resource={"Fn::Sub": "${Bucket.Arn}/*"}),
    ),
]
