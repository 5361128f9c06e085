"""How does a stage get to AWS, and off it again?

python -m infra.deploy up   --stage staging [--architecture arm64] [--parameters "JwksUrl=https://…"] [--yes]
python -m infra.deploy down --stage staging --confirm casework-staging
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.deploy import deployment
from infra.deploy.package import ARCHITECTURES, DEPLOYED_ARCHITECTURE, make_package
from infra.deploy.problem import DeployProblem
from infra.deploy.stack import ChangeSet, Stack
from infra.deploy.template import STAGES

CHOOSE_ACCOUNT = "AWS_PROFILE and AWS_REGION choose the account and the region."


def main() -> None:
    """Run one command; exit code 1 with one message when it cannot be done."""
    arguments = _parser().parse_args()
    try:
        arguments.command(arguments, Stack(deployment.stack_name(arguments.stage), clients=_client), Console())
    except DeployProblem as problem:
        sys.exit(str(problem))
    except (BotoCoreError, ClientError) as exc:
        sys.exit(f"AWS refuses: {exc} {CHOOSE_ACCOUNT}")


def up(arguments: argparse.Namespace, stack: Stack, console: Console) -> None:
    """Package, upload, show what would change, ask, carry it out, print the outputs."""
    package = make_package(stage=arguments.stage, architecture=arguments.architecture)
    console.print(
        f"{package.archive.path.name} {package.archive.sha256[:12]}, {package.archive.zipped_bytes / 1e6:.1f} MB"
    )
    change_set = deployment.prepare(stack, package, parameters=parameters(arguments.parameters))
    if change_set.name is None:
        console.print(f"{stack.name} is this already: nothing changes.")
    else:
        console.print(_changes(stack.name, change_set))
        if not arguments.yes and not _agreed():
            raise DeployProblem("Nothing was changed.")
        deployment.carry_out(stack, change_set)
    for name, value in sorted(stack.outputs().items()):
        console.print(f"{name:<26} {value}", highlight=False, soft_wrap=True)


def down(arguments: argparse.Namespace, stack: Stack, console: Console) -> None:
    """Delete the stack and its packages; what holds data goes with it in staging, and stays in prod.

    What is gone already is passed over, so that a delete that failed can be repeated.
    """
    if arguments.confirm != stack.name:
        raise DeployProblem(
            f"This deletes {stack.name}. Say so: make destroy STAGE={arguments.stage} CONFIRM={stack.name}"
        )
    if stack.status() is None:
        raise DeployProblem(f"There is no stack {stack.name}. {CHOOSE_ACCOUNT}")
    kept = {name: found for name, found in stack.resources().items() if name in ("JobsTable", "CasesTable", "Bucket")}
    if arguments.stage != "prod" and "Bucket" in kept:
        deployment.empty_bucket(stack.client("s3"), kept["Bucket"])
    stack.delete()
    deployment.forget_packages(stack)
    console.print(f"{stack.name} is gone.")
    if arguments.stage == "prod" and kept:
        console.print(f"Kept with what they hold: {', '.join(kept.values())}.", highlight=False)


def parameters(text: str) -> Mapping[str, str]:
    """The parameters in "Name=value Other=value". Raises: DeployProblem."""
    found = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise DeployProblem(f"PARAMETERS are Name=value, separated by spaces, not {word!r}.")
        found[name] = value
    return found


def _changes(stack: str, change_set: ChangeSet) -> Table:
    table = Table(title=f"What would change in {stack}", title_justify="left")
    for name in ("", "resource", "type", ""):
        table.add_column(name)
    for change in change_set.changes:
        warning = "[red]replaced by a new one[/red]" if change.replaced else ""
        table.add_row(change.action, change.resource, change.resource_type, warning)
    return table


def _agreed() -> bool:
    return sys.stdin.isatty() and input("Carry it out? [y/N] ").strip().lower() in ("y", "yes")


def _client(service: str) -> Any:
    return boto3.client(service, config=Config(retries={"mode": "standard"}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy", description="Bring Casework to AWS, or take it off."
    )
    asked = parser.add_subparsers(required=True, metavar="COMMAND")

    deploy = asked.add_parser("up", help="package, upload, show the changes, carry them out")
    deploy.add_argument("--architecture", choices=ARCHITECTURES, default=DEPLOYED_ARCHITECTURE)
    deploy.add_argument("--parameters", default="", help='"JwksUrl=https://… JwtIssuer=…"; the others keep their value')
    deploy.add_argument("--yes", action="store_true", help="carry the changes out without asking")
    deploy.set_defaults(command=up)

    destroy = asked.add_parser("down", help="delete the stack")
    destroy.add_argument("--confirm", default="", help="the name of the stack")
    destroy.set_defaults(command=down)

    for command in (deploy, destroy):
        command.add_argument("--stage", choices=STAGES, required=True)
    return parser


if __name__ == "__main__":
    main()
