"""Does every function have its settings, its time, its log and its queue as AWS and this project want them?"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.settings import Settings
from infra.deploy.checks.view import Template, is_reference, references, target

IN_THE_CLEAR = (
    *("jwt_secret", "openai_api_key", "anthropic_api_key"),
    *("vapi_webhook_secret", "openai_webhook_secret", "webhook_secret"),
)
"""Settings that hold a secret itself: for a developer's machine only."""

OF_THE_API = ("audit_log_group", "worker_function")
"""Settings that the API alone has: a function cannot name itself in its environment."""

API_SECONDS = 29
"""What API Gateway waits for an answer."""

VISIBILITY_FACTOR = 6
"""AWS: "set the source queue's visibility timeout to at least six times the function timeout"."""

RECEIVES = 5
"""AWS: "set the maxReceiveCount to at least 5", so that a throttled function does not lose messages."""


def settings_are_all_there(template: Template) -> Iterator[str]:
    """Every variable that settings.py reads is set for every function, and no secret is in the clear."""
    settings = {name.upper() for name in Settings.__struct_fields__ if name not in IN_THE_CLEAR}
    for name, function in template.functions():
        variables = function.get("Environment", {}).get("Variables", {})
        wanted = settings if name == "APIHandler" else settings - {name.upper() for name in OF_THE_API}
        for missing in sorted(wanted - set(variables)):
            yield f"{name} has no {missing}"
        for secret in IN_THE_CLEAR:
            if secret.upper() in variables:
                yield f"{name} has {secret.upper()} in its environment, where everybody can read it who sees the stack"
        if variables.get("STAGE") != template.stage:
            yield f"{name} has STAGE {variables.get('STAGE')!r}, not {template.stage!r}"


def logs_are_not_kept_for_ever(template: Template) -> Iterator[str]:
    """Each function writes to a log group of this template that has a retention."""
    for name, function in template.functions():
        group = target(function.get("LoggingConfig", {}).get("LogGroup"))
        if not template.properties(group).get("RetentionInDays"):
            yield f"{name} has no log group with a retention"


def queues_wait_long_enough(template: Template) -> Iterator[str]:
    """A message stays invisible for six times the time its function may take."""
    for name, function, queue, _ in template.sources():
        visible_after = template.properties(queue).get("VisibilityTimeout", 30)
        if visible_after < VISIBILITY_FACTOR * function["Timeout"]:
            yield (
                f"{queue} shows a message again after {visible_after} s; {name} may take {function['Timeout']} s, so it"
                f" should be {VISIBILITY_FACTOR * function['Timeout']} s at least"
            )


def queues_have_a_dead_letter_queue(template: Template) -> Iterator[str]:
    """What crashes the worker is kept, for longer than the lane keeps it, and after enough receives."""
    for _, _, queue, _ in template.sources():
        lane = template.properties(queue)
        redrive = lane.get("RedrivePolicy", {})
        dead = template.properties(target(redrive.get("deadLetterTargetArn")))
        if not dead:
            yield f"{queue} has no dead-letter queue"
            continue
        if redrive.get("maxReceiveCount", 0) < RECEIVES:
            yield f"{queue} gives a message up after {redrive.get('maxReceiveCount')} receives; at least {RECEIVES}"
        if dead.get("MessageRetentionPeriod", 0) <= lane.get("MessageRetentionPeriod", 345600):
            yield f"the dead-letter queue of {queue} keeps messages no longer than the queue itself"


def lanes_are_bounded(template: Template) -> Iterator[str]:
    """One message an invocation, and a limit to how many run at once."""
    for name, _, queue, event in template.sources():
        if event.get("BatchSize") != 1:
            yield f"{name} takes {event.get('BatchSize', 10)} messages of {queue} at a time, not 1"
        if (template.default(event.get("ScalingConfig", {}).get("MaximumConcurrency")) or 0) < 2:
            yield f"{name} runs without a limit for {queue} (MaximumConcurrency, at least 2)"


def lanes_are_tuned_without_a_release(template: Template) -> Iterator[str]:
    """How many jobs run at once is what changes in an incident: a parameter, not a line of YAML."""
    for name, _, _, event in template.sources():
        if not is_reference(event.get("ScalingConfig", {}).get("MaximumConcurrency")):
            yield f"the concurrency of {name} is not a parameter"


def workers_may_send_themselves_messages(template: Template) -> Iterator[str]:
    """Lambda stops a chain of messages after sixteen; a long job, or one that is repeated, is such a chain."""
    for name, function, _, _ in template.sources():
        if function.get("RecursiveLoop") != "Allow":
            yield f"{name} is stopped at its sixteenth message in a row (RecursiveLoop: Allow)"


def rescue_can_have_reserved_concurrency(template: Template) -> Iterator[str]:
    """A parameter, with nothing reserved by default: an account with a limit of 10 refuses every reservation."""
    reserved = dict(template.functions()).get("Rescue", {}).get("ReservedConcurrentExecutions")
    names = [name for name in references(reserved) if name in template.parameters]
    if not isinstance(reserved, dict) or "Fn::If" not in reserved or not names:
        yield "the concurrency reserved for Rescue is not an optional parameter"
    elif any(template.parameters[name].get("Default") != 0 for name in names):
        yield "concurrency is reserved for Rescue by default"


def the_api_answers_before_the_gateway_gives_up(template: Template) -> Iterator[str]:
    """API Gateway waits 29 seconds."""
    for name, function in template.functions():
        if function.get("Handler") == "app.app" and function["Timeout"] > API_SECONDS:
            yield f"{name} may take {function['Timeout']} s, and API Gateway waits {API_SECONDS} s"


def rescue_runs_every_minute(template: Template) -> Iterator[str]:
    """The timer that repairs is there, and a failed run is not repeated: the next one follows anyway."""
    rescue = dict(template.functions()).get("Rescue", {})
    schedules = [e["Properties"]["Schedule"] for e in rescue.get("Events", {}).values() if e["Type"] == "Schedule"]
    if schedules != ["rate(1 minute)"]:
        yield f"Rescue runs at {schedules}, not every minute"
    if rescue.get("EventInvokeConfig", {}).get("MaximumRetryAttempts") != 0:
        yield "a failed run of Rescue is repeated, in addition to the next run"
