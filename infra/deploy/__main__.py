"""How does a stage get to AWS, and off it again?

python -m infra.deploy up   --stage staging [--architecture arm64] [--parameters "JwksUrl=https://…"] [--yes]
                            [--replace JobsTable] [--watch 10]
python -m infra.deploy down --stage staging --confirm casework-staging
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.deploy import deployment, openai_webhook
from infra.deploy.buckets import OwnBucket
from infra.deploy.package import ARCHITECTURES, DEPLOYED_ARCHITECTURE, make_package
from infra.deploy.secrets import refuse_missing
from infra.deploy.stack import ChangeSet, Rollback, Stack
from infra.deploy.stages import Difference, differences, read_stage_file, tags_of
from infra.deploy.state import refuse_loss
from infra.deploy.template import STAGES
from infra.deploy.values import refuse_unusable, watched_minutes
from infra.deploy.verification import verified
from infra.problem import Problem

ROLLBACK_ALARMS = ("ApiErrorAlarm", "DefectAlarm", "WorkNormalErrorAlarm")
WATCHED_MINUTES = 10
BUCKETS = frozenset({"Bucket", "AccessLogBucket"})
KEPT = frozenset({"JobsTable", "CasesTable", *BUCKETS})
WARNINGS = {"no": "", "maybe": "[yellow]may be replaced[/yellow]", "yes": "[red]replaced by a new one[/red]"}
NOBODY_INFORMED = (
    "NOBODY RECEIVES ALARMS: AlarmEmail is empty. Set it:"
    ' make deploy STAGE=prod PARAMETERS="AlarmEmail=…", or infra/deploy/stages/prod.json.'
)
CHOOSE_ACCOUNT = "AWS_PROFILE and AWS_REGION choose the account and the region."


def main() -> None:
    """Run one command; exit code 1 with one message when it cannot be done."""
    arguments = _parser().parse_args()
    try:
        arguments.command(arguments, Stack(deployment.stack_name(arguments.stage), clients=_client), Console())
    except Problem as problem:
        sys.exit(str(problem))
    except (BotoCoreError, ClientError) as exc:
        sys.exit(f"AWS refuses: {exc} {CHOOSE_ACCOUNT}")


def up(arguments: argparse.Namespace, stack: Stack, console: Console) -> None:
    """Package, upload, show what would change, ask, carry it out, see that it answers, print the outputs."""
    is_prod = arguments.stage == "prod"
    minutes = watched_minutes(arguments.watch, default=WATCHED_MINUTES if is_prod else 0)
    file = read_stage_file(arguments.stage)
    given = {**file.parameters, **parameters(arguments.parameters)}
    known = {**stack.parameters(), **given}
    refuse_unusable(arguments.stage, parameters=known)
    for name in refuse_missing(stack.name, parameters=known, clients=stack.client):
        console.print(f"You may not see whether {name} is there; deep health will tell.", highlight=False)
    package = make_package(stage=arguments.stage, architecture=arguments.architecture)
    console.print(
        f"{package.archive.path.name} {package.archive.sha256[:12]}, {package.archive.zipped_bytes / 1e6:.1f} MB"
    )
    rollback = Rollback(alarms=ROLLBACK_ALARMS, minutes=minutes) if minutes else None
    change_set = deployment.prepare(
        stack, package, parameters=given, tags=tags_of(arguments.stage, file), rollback=rollback
    )
    agreed = [name for name in arguments.replace.split(",") if name]
    if change_set.name is None:
        console.print(f"{stack.name} is this already: nothing changes.")
    else:
        for table in (_parameters(differences(stack.parameters(), given)), _changes(stack.name, change_set)):
            console.print(table)
        refuse_loss(change_set.changes, agreed=agreed)
        if rollback and stack.outputs():
            console.print(f"Undone if an alarm rings while it runs or in the {minutes} minutes after it.")
        if not arguments.yes and not _agreed():
            raise Problem("Nothing was changed: the deploy was not confirmed.")
        deployment.carry_out(stack, change_set, protected=is_prod, agreed=agreed)
    _verify(stack, console)
    console.print(openai_webhook.register(stack), highlight=False, soft_wrap=True)
    for name, value in sorted(stack.outputs().items()):
        console.print(f"{name:<26} {value}", highlight=False, soft_wrap=True)
    if is_prod and not stack.parameters().get("AlarmEmail"):
        console.print(NOBODY_INFORMED, style="bold red", highlight=False)


def down(arguments: argparse.Namespace, stack: Stack, console: Console) -> None:
    """Delete the stack and its packages; what holds data is deleted too in staging, and stays in prod.

    What is gone already is ignored, so that a delete that failed can be repeated.
    """
    if arguments.confirm != stack.name:
        raise Problem(f"This deletes {stack.name}. Say so: make destroy STAGE={arguments.stage} CONFIRM={stack.name}")
    if stack.status() is None:
        raise Problem(f"There is no stack {stack.name}. {CHOOSE_ACCOUNT}")
    kept = {name: found for name, found in stack.resources().items() if name in KEPT}
    if arguments.stage != "prod":
        for name in BUCKETS & set(kept):
            OwnBucket(s3=stack.client("s3"), name=kept[name], owner=stack.account).empty()
    stack.delete()
    deployment.forget_packages(stack)
    console.print(f"{stack.name} is gone.")
    if arguments.stage == "prod" and kept:
        console.print(f"Kept with all they hold: {', '.join(kept.values())}.", highlight=False)
        console.print("`make deploy STAGE=prod` in this account and region finds them again.", highlight=False)


def parameters(text: str) -> Mapping[str, str]:
    """The parameters in "Name=value Other=value". Raises: Problem."""
    found = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Problem(f"PARAMETERS are Name=value, separated by spaces, not {word!r}.")
        found[name] = value
    return found


def _verify(stack: Stack, console: Console) -> None:
    outputs, token = stack.outputs(), os.environ.get("CASEWORK_TOKEN")
    health = verified(outputs["ApiUrl"], token=token)
    checks = ", ".join(f"{name} {outcome}" for name, outcome in health.checks.items())
    deep = checks or "deep health was not checked: CASEWORK_TOKEN has no admin's token"
    console.print(f"The API answers, version {health.version}; {deep}.", highlight=False)


def _parameters(changed: Sequence[Difference]) -> Table:
    table = Table(title="Parameters that change", title_justify="left")
    for name in ("parameter", "now", "after"):
        table.add_column(name)
    for one in changed:
        table.add_row(one.name, "" if one.now is None else one.now, one.after)
    return table


def _changes(stack: str, change_set: ChangeSet) -> Table:
    table = Table(title=f"What would change in {stack}", title_justify="left")
    for name in ("", "resource", "type", ""):
        table.add_column(name)
    for change in change_set.changes:
        table.add_row(change.action, change.resource, change.resource_type, WARNINGS[change.replacement])
    return table


def _agreed() -> bool:
    return sys.stdin.isatty() and input("Apply it? [y/N] ").strip().lower() in ("y", "yes")


def _client(service: str) -> Any:
    return boto3.client(service, config=Config(retries={"mode": "standard"}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description="Deploy Casework to AWS, or delete it.")
    asked = parser.add_subparsers(required=True, metavar="COMMAND")

    deploy = asked.add_parser("up", help="package, upload, show the changes, apply them")
    deploy.add_argument("--architecture", choices=ARCHITECTURES, default=DEPLOYED_ARCHITECTURE)
    deploy.add_argument("--parameters", default="", help='"JwksUrl=https://… JwtIssuer=…"; the others keep their value')
    deploy.add_argument("--replace", default="", help="resources with data that may be replaced or removed: Bucket,…")
    deploy.add_argument(
        "--watch", default="", help="minutes in which an alarm rolls the deploy back (0: none; prod: 10)"
    )
    deploy.add_argument("--yes", action="store_true", help="apply the changes without asking")
    deploy.set_defaults(command=up)

    destroy = asked.add_parser("down", help="delete the stack")
    destroy.add_argument("--confirm", default="", help="the name of the stack")
    destroy.set_defaults(command=down)

    for command in (deploy, destroy):
        command.add_argument("--stage", choices=STAGES, required=True)
    return parser


if __name__ == "__main__":
    main()
