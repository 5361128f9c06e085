"""Does API Gateway itself answer as the API does, and is it bounded?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra.deploy.checks.view import Template, references
from infra.deploy.gateway_responses import PROBLEMS, gateway_responses
from infra.deploy.template import INTEGRATION

RESPONSES = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."
PUBLIC = ("/health", "/docs", "/openapi.json", "/vapi/webhook", "/openai/webhook")
"""What needs no token; the webhook has a separate secret, which a function checks."""

RETRIED = ("429", "503")
CORS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers")


def gateway_answers_are_problems(template: Template) -> Iterator[str]:
    """Each of the gateway's own refusals is problem+json with CORS headers and the request's id."""
    found = template.body.get(RESPONSES, {})
    for name in PROBLEMS:
        response = found.get(name, {})
        headers = response.get("responseParameters", {})
        if headers.get(f"{HEADER}Content-Type") != "'application/problem+json'":
            yield f"API Gateway's {name} is not problem+json"
        for header in (*CORS, "X-Request-Id"):
            if f"{HEADER}{header}" not in headers:
                yield f"API Gateway's {name} has no {header}"
        if response.get("statusCode") in RETRIED and f"{HEADER}Retry-After" not in headers:
            yield f"API Gateway's {name} has no Retry-After"
        if response.get("statusCode") != gateway_responses()[name]["statusCode"]:
            yield f"API Gateway's {name} has status {response.get('statusCode')}"


def gateway_answers_are_deployed(template: Template) -> Iterator[str]:
    """A gateway response that is a separate resource is not part of the stage's deployment."""
    for name, _ in template.of("AWS::ApiGateway::GatewayResponse"):
        yield f"{name} is a separate resource, not part of the API's OpenAPI body"


def preflights_reach_the_function(template: Template) -> Iterator[str]:
    """Browsers ask before they send a token. The API answers: it knows every origin and header, a mock knows one."""
    for path, methods in template.body.get("paths", {}).items():
        found = methods.get("options", {}).get(INTEGRATION)
        if found is None:
            yield f"{path} has no preflight"
        elif found not in [operation.get(INTEGRATION) for name, operation in methods.items() if name != "options"]:
            yield f"the preflight of {path} is not answered by the API's function"


def the_body_names_no_parameter(template: Template) -> Iterator[str]:
    """SAM names the deployment after the body's text: a parameter's new value in it would never reach the stage."""
    for name in sorted(set(references(template.body)) & set(template.parameters)):
        yield f"the API's body names the parameter {name}, whose later values no deployment would carry"


def health_answers_head(template: Template) -> Iterator[str]:
    """Load balancers and uptime monitors ask with HEAD."""
    if "head" not in template.body.get("paths", {}).get("/health", {}):
        yield "/health does not take HEAD"


def requests_are_throttled(template: Template) -> Iterator[str]:
    """A client that goes wild meets a limit before the bill does."""
    general = _limits(template).get(("/*", "*"), (0, 0))
    for limit, value in zip(("ThrottlingRateLimit", "ThrottlingBurstLimit"), general, strict=True):
        if not value:
            yield f"RestAPI has no {limit}"


def what_needs_no_token_has_a_lower_limit(template: Template) -> Iterator[str]:
    """Anybody may call these as often as they like, and each request starts a function."""
    limits = _limits(template)
    general, _ = limits.get(("/*", "*"), (0, 0))
    for path, methods in template.body.get("paths", {}).items():
        for method in set(methods) - {"options"}:
            if path in PUBLIC:
                own, _ = limits.get(("/" + path.replace("/", "~1"), method.upper()), (general, general))
                if own >= general:
                    yield f"{method.upper()} {path} needs no token and has no lower limit"


def _limits(template: Template) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Rate and burst by path and method, as the stage's settings name them."""
    return {
        (setting.get("ResourcePath", ""), setting.get("HttpMethod", "")): (
            template.default(setting.get("ThrottlingRateLimit")) or 0,
            template.default(setting.get("ThrottlingBurstLimit")) or 0,
        )
        for setting in template.properties("RestAPI").get("MethodSettings", ())
    }
