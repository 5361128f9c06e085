"""Are live updates and webhooks bounded, and sent by those functions only that send them?"""

from __future__ import annotations

import json
from collections.abc import Iterator

from infra.deploy.checks.view import Properties, Template, listed, statements, target

SENDERS = ("Publish", "WebsocketMessage")
LONGEST_RECORD_SECONDS = 3600
REGISTERS = "AWS::ApiGatewayV2::Deployment"


def unwatched_jobs_wake_nobody(template: Template) -> Iterator[str]:
    """The stream's function is invoked for watched jobs and ended ones with a webhook only; a batch ends some day."""
    for name, event in _streams(template):
        patterns = [rule["Pattern"] for rule in event.get("FilterCriteria", {}).get("Filters", ())]
        images = [json.loads(pattern).get("dynamodb", {}).get("NewImage", {}) for pattern in patterns]
        if not images or not all("watched_at" in image or "notify_url" in image for image in images):
            yield f"{name} is invoked for every change of every job"
        age = event.get("MaximumRecordAgeInSeconds", -1)
        if not 60 <= age <= LONGEST_RECORD_SECONDS or event.get("MaximumRetryAttempts", -1) < 0:
            yield f"{name} repeats a failing batch for up to a day, and holds up all that follow"
        if not event.get("BisectBatchOnFunctionError") or not event.get("DestinationConfig"):
            yield f"{name} loses good records with a bad one, or loses the bad one in silence"


def only_senders_post_to_sockets(template: Template) -> Iterator[str]:
    """The right to post to connections belongs to the functions that post."""
    for name, function in template.functions():
        role = template.properties(target(function.get("Role")))
        actions = {action for statement in statements(role) for action in listed(statement.get("Action", "*"))}
        if "execute-api:ManageConnections" in actions and name not in SENDERS:
            yield f"{name} may post to connections"


def the_socket_api_is_deployed_again(template: Template) -> Iterator[str]:
    """Its stage deploys itself, within limits: a Deployment with a constant name is made once and never again."""
    if any(True for _ in template.of(REGISTERS)):
        yield "the WebSocket API has a separate Deployment resource, so a changed route is never deployed"
    stage = template.properties("WebsocketAPIStage")
    if stage.get("AutoDeploy") is not True:
        yield "the stage of the WebSocket API does not deploy itself"
    if "ThrottlingRateLimit" not in stage.get("DefaultRouteSettings", {}):
        yield "the WebSocket API has no separate throttle"


def _streams(template: Template) -> Iterator[tuple[str, Properties]]:
    for name, function in template.functions():
        for event in function.get("Events", {}).values():
            if event["Type"] == "DynamoDB":
                yield name, event["Properties"]
