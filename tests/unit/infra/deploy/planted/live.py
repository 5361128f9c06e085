"""Defects of live updates and webhooks."""

from __future__ import annotations

from typing import Any

from tests.unit.infra.deploy.planted.template import Plant, Template, properties, statement, statements


def stream(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = properties(template, "Publish")["Events"]["PublishDynamodbEventSource"]["Properties"]
    return found


DEFECTS: list[tuple[str, Plant]] = [
    ("unwatched_jobs_wake_nobody", lambda t: stream(t).pop("FilterCriteria")),
    (
        "unwatched_jobs_wake_nobody",
        lambda t: stream(t)["FilterCriteria"]["Filters"].append({"Pattern": '{"eventName": ["MODIFY"]}'}),
    ),
    ("unwatched_jobs_wake_nobody", lambda t: stream(t).pop("MaximumRecordAgeInSeconds")),
    ("unwatched_jobs_wake_nobody", lambda t: stream(t).pop("MaximumRetryAttempts")),
    ("unwatched_jobs_wake_nobody", lambda t: stream(t).pop("BisectBatchOnFunctionError")),
    ("unwatched_jobs_wake_nobody", lambda t: stream(t).pop("DestinationConfig")),
    (
        "only_senders_post_to_sockets",
        lambda t: statements(t, "WorkHighRole").append(statement(t, "PublishRole", "PostToConnections")),
    ),
    (
        "the_socket_api_is_deployed_again",
        lambda t: t["Resources"].update(Old={"Type": "AWS::ApiGatewayV2::Deployment", "Properties": {}}),
    ),
    ("the_socket_api_is_deployed_again", lambda t: properties(t, "WebsocketAPIStage").pop("AutoDeploy")),
    ("the_socket_api_is_deployed_again", lambda t: properties(t, "WebsocketAPIStage").pop("DefaultRouteSettings")),
]
