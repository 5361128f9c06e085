"""How does the description read to people? One page of HTML, without scripts, made from the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb; }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 6rem; }
h1 { margin: 0 0 .25rem; } h2 { margin: 3rem 0 1rem; } h4 { margin: 1rem 0 .25rem; }
nav a { display: block; padding: .1rem 0 .1rem 4.2rem; text-indent: -4.2rem; text-decoration: none; color: inherit; }
nav a code { overflow-wrap: anywhere; }
nav a:hover, nav a:focus { color: var(--accent); }
nav h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .75rem; overflow-x: auto; }
article { border: 1px solid var(--line); border-radius: 10px; padding: .75rem 1rem; margin: 0 0 1rem; }
article > h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
article > p { margin: .25rem 0; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; color: var(--accent); text-indent: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); }
td:first-child { white-space: nowrap; width: 1%; padding-inline-end: 1.5rem; }
.note { opacity: .75; }
@media (max-width: 36rem) {
  body { padding: 1rem .75rem 4rem; }
  tr, td { display: block; padding-inline-end: 0; border: 0; }
  tr { border-top: 1px solid var(--line); padding: .3rem 0; }
  td { padding: 0; }
}
"""


def docs_page(document: Schema) -> str:
    """The page, complete in itself."""
    info = document["info"]
    groups = _groups(document["paths"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} <span class='note'>{escape(info['version'])}</span></h1>"
        f"<p>{_text(info['description'])}</p>"
        "<p>Every request carries <code>Authorization: Bearer &lt;JWT&gt;</code> unless it says otherwise. "
        "The same for machines: <a href='openapi.json'>openapi.json</a>.</p>"
        f"<nav>{''.join(_contents(name, operations) for name, operations in groups.items())}</nav>"
        f"{''.join(_group(name, operations) for name, operations in groups.items())}"
        f"<h2 id='shapes'>Shapes</h2>{''.join(_shape(*item) for item in document['components']['schemas'].items())}"
        "</body></html>"
    )


_Operations = list[tuple[str, str, Schema]]


def _groups(paths: Mapping[str, Schema]) -> Mapping[str, _Operations]:
    groups: dict[str, _Operations] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return groups


def _contents(name: str, operations: _Operations) -> str:
    links = (
        f"<a href='#{operation['operationId']}'><code><span class='method'>{method}</span>{escape(path)}</code></a>"
        for method, path, operation in operations
    )
    return f"<h3>{escape(name)}</h3>{''.join(links)}"


def _group(name: str, operations: _Operations) -> str:
    return f"<h2>{escape(name)}</h2>{''.join(_operation(*operation) for operation in operations)}"


def token_note(operation: Schema) -> str:
    """What to say of the token, "" where it is needed as everywhere."""
    if "security" not in operation:
        return ""
    return "A token only for some of it." if operation["security"] else "No token."


def _operation(method: str, path: str, operation: Schema) -> str:
    token = token_note(operation)
    return (
        f"<article id='{operation['operationId']}'>"
        f"<h3><code><span class='method'>{method}</span>{escape(path)}</code></h3>"
        f"<p>{_text(operation['summary'])}{f' <span class=note>{token}</span>' if token else ''}</p>"
        f"{_table('Parameters', map(_parameter, operation['parameters']))}"
        f"{_body(operation.get('requestBody'))}"
        f"{_table('Answers', (_answer(*answer) for answer in operation['responses'].items()))}"
        "</article>"
    )


def _parameter(parameter: Schema) -> tuple[str, str]:
    name = f"<code>{escape(parameter['name'])}</code> <span class='note'>{parameter['in']}</span>"
    return name, f"{_text(parameter.get('description', ''))} <span class='note'>{_kind(parameter['schema'])}</span>"


def _body(body: Schema | None) -> str:
    if body is None:
        return ""
    schema = next(iter(body["content"].values()))["schema"]
    return f"<h4>Body</h4><p>{_kind(schema)}{'' if body['required'] else ', may be left out'}</p>"


def _answer(status: str, response: Schema) -> tuple[str, str]:
    kinds = [_kind(content["schema"]) for content in response.get("content", {}).values()]
    headers = ", ".join(f"<code>{escape(name)}</code>" for name in response["headers"] if name != "X-Request-Id")
    described = "".join(f"{kind}. " for kind in kinds) + _text(response["description"])
    return f"<code>{status}</code>", f"{described} <span class='note'>{headers}</span>"


def _shape(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    rows = (
        (
            f"<code>{escape(member)}</code>{'' if member in required else ' <span class=note>optional</span>'}",
            _kind(part),
        )
        for member, part in schema.get("properties", {}).items()
    )
    example = "".join(
        f"<h4>Example</h4><pre dir='auto'>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"
        for value in schema.get("examples", [])
    )
    values = "" if "enum" not in schema else f"<p>{_kind({'enum': schema['enum']})}</p>"
    return (
        f"<article id='{_id(name)}'><h3>{escape(name)}</h3><p>{_text(schema.get('description', ''))}</p>{values}"
        f"{_table('', rows)}{example}</article>"
    )


def _kind(schema: Schema) -> str:
    """What a value may be, in a few words; other shapes are linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"<a href='#{_id(name)}'>{escape(name)}</a>"
    if "title" in schema:
        return f"{_text(schema['title'])} <span class='note'>({_text(schema['description'])})</span>"
    if "anyOf" in schema and "properties" not in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"])
    described = f" – {_text(schema['description'])}" if "description" in schema else ""
    if "enum" in schema:
        values = " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
        default = f", default <code>{escape(json.dumps(schema['default']))}</code>" if "default" in schema else ""
        return values + default + described
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    limits = [
        f"{words} {json.dumps(schema[name])}"
        for name, words in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
            ("minLength", "length at least"),
            ("maxLength", "length at most"),
            ("default", "default"),
        )
        if name in schema
    ]
    kind = schema.get("format") or schema.get("type", "any JSON")
    return escape(", ".join([str(kind), *limits])) + described


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{meaning}</td></tr>" for name, meaning in rows)
    heading = f"<h4>{escape(title)}</h4>" if title else ""
    return f"{heading}<div class='scroll'><table>{cells}</table></div>" if cells else ""


def _text(text: str) -> str:
    """Plain text as HTML, `code` in its own type."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text, quote=False))


def _id(name: str) -> str:
    return "shape-" + _NOT_IN_AN_ID.sub("-", name.lower())
