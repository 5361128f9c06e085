"""What would a developer type? The demo's conversation as lines to copy into a shell, against a system that is up."""

from __future__ import annotations

from clients.demo.sample import DIRECTORY, DOCUMENTS
from infra.local.environment import ROOT


def conversation(api_url: str) -> str:
    """Shell lines, from a token to a result; they run unchanged in the project's directory."""
    sample = DIRECTORY.relative_to(ROOT)
    uploads = "\n".join(
        f"""printf '{{"file_name": "{d.file_name}", "content_type": "{d.content_type}", "content_base64": "%s"}}' \\
  "$(base64 < {sample}/{d.file} | tr -d '\\n')" | curl -sS "$API/cases/$CASE/documents" -H "$AUTH" -H "$JSON" -d @-"""
        for d in DOCUMENTS
    )
    return f"""API={api_url}
AUTH="Authorization: Bearer $(make -s token USER=demo)"
JSON="Content-Type: application/json"
pick() {{ sed -n "s/.*\\"$1\\": *\\"\\([^\\"]*\\)\\".*/\\1/p" | head -n 1; }}

# A case, its call and its documents
CASE=$(curl -sS "$API/cases" -H "$AUTH" -H "$JSON" -d '{{"title": "My first case"}}' | pick id)
curl -sS -X PUT "$API/cases/$CASE/call" -H "$AUTH" -H "$JSON" -d @{sample}/vapi_call.json -o /dev/null
{uploads}

# Start an analysis: the answer comes at once
JOB=$(curl -sS -X POST "$API/cases/$CASE/analyze-documents-form7801" -H "$AUTH" | pick job_id)
# Ask how it is going, until done
until curl -sS "$API/jobs/$JOB" -H "$AUTH" -w '\\n' | tee /dev/stderr | grep -q '"done": *true'; do sleep 2; done
"""
