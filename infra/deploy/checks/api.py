"""Does API Gateway itself answer as the API does, and is it bounded?"""

from __future__ import annotations

from collections.abc import Iterator

from infra.deploy.checks.view import Template
from infra.deploy.gateway_responses import PROBLEMS, gateway_responses

RESPONSES = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."
CORS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers")


def gateway_answers_are_problems(template: Template) -> Iterator[str]:
    """Each of the gateway's own refusals is problem+json with CORS headers and the request's id."""
    found = template.body.get(RESPONSES, {})
    for name in PROBLEMS:
        response = found.get(name, {})
        headers = response.get("responseParameters", {})
        if headers.get(f"{HEADER}Content-Type") != "'application/problem+json'":
            yield f"API Gateway's {name} is no problem+json"
        for header in (*CORS, "X-Request-Id"):
            if f"{HEADER}{header}" not in headers:
                yield f"API Gateway's {name} has no {header}"
        if response.get("statusCode") != gateway_responses()[name]["statusCode"]:
            yield f"API Gateway's {name} has status {response.get('statusCode')}"


def gateway_answers_are_deployed(template: Template) -> Iterator[str]:
    """A gateway response that is a resource of its own is not part of the stage's deployment."""
    for name, _ in template.of("AWS::ApiGateway::GatewayResponse"):
        yield f"{name} stands beside the API's OpenAPI body, not in it"


def every_route_has_a_preflight(template: Template) -> Iterator[str]:
    """Browsers ask before they send a token; the answer names the origin of the stack's parameter."""
    for path, methods in template.body.get("paths", {}).items():
        if "options" not in methods:
            yield f"{path} has no preflight"
            continue
        answer = methods["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
        origin = answer["responseParameters"].get("method.response.header.Access-Control-Allow-Origin")
        if origin != {"Fn::Sub": "'${CorsAllowOrigin}'"}:
            yield f"the preflight of {path} allows {origin}, not the parameter CorsAllowOrigin"


def requests_are_throttled(template: Template) -> Iterator[str]:
    """A client that goes wild meets a limit before the bill does."""
    settings = template.properties("RestAPI").get("MethodSettings", ())
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        if not any(template.default(setting.get(limit)) for setting in settings):
            yield f"RestAPI has no {limit}"
