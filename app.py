"""The table of contents: every route, queue and schedule of Casework.

Analyses are started by

    POST /vapi/re-analyze-call/{case_id}                   call_analysis
    POST /cases/{case_id}/analyze-with-agent               document_analysis_agent
    POST /cases/{case_id}/analyze-documents-form7801       document_analysis_form7801

Each package of chalicelib/analyses brings its route.
"""

from __future__ import annotations

from typing import Any

from chalice import Rate

from chalicelib.analyses import catalogue
from chalicelib.api import cases, documents, forms, jobs, openai_webhook, public, starts, streams, webhook
from chalicelib.api.application import Application, Cors
from chalicelib.bootstrap import system
from chalicelib.settings import cors_settings, current_stage

ANY_STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/jobs/stream/x"
"""Chalice wants the ARN of a stream; the template puts that of the jobs table in its place."""

allowed = cors_settings()
app = Application("casework", system=system, cors=Cors(origins=allowed.origins, more_headers=allowed.headers))


for analysis in catalogue().values():
    app.serve("POST", analysis.route, starts.start_endpoint(analysis))

app.serve("GET", "/jobs", jobs.list_jobs)
app.serve("GET", "/jobs/{job_id}", jobs.read_job)
app.serve("DELETE", "/jobs/{job_id}", jobs.delete_job)
app.serve("GET", "/jobs/{job_id}/events", jobs.job_events)
app.serve("POST", "/jobs/{job_id}/cancel", jobs.cancel_job)
app.serve("POST", "/jobs/{job_id}/retry", starts.retry_job)
app.serve("GET", "/jobs/{job_id}/deliveries", streams.list_deliveries)
app.serve("POST", "/jobs/{job_id}/deliveries/resend", streams.resend_delivery)
app.serve("POST", "/streams", streams.open_stream)

app.serve("POST", "/cases", cases.create_case)
app.serve("GET", "/cases", cases.list_cases)
app.serve("GET", "/cases/{case_id}", cases.read_case)
app.serve("DELETE", "/cases/{case_id}", cases.delete_case)
app.serve("PUT", "/cases/{case_id}/call", cases.put_call)
app.serve("GET", "/cases/{case_id}/form", forms.read_form)
app.serve("PATCH", "/cases/{case_id}/form", forms.change_form)
app.serve("GET", "/cases/{case_id}/form/history", forms.form_history)
app.serve("POST", "/cases/{case_id}/documents", documents.add_document)
app.serve("GET", "/cases/{case_id}/documents", documents.list_documents)
app.serve("DELETE", "/cases/{case_id}/documents/{document_id}", documents.delete_document)
app.serve("GET", "/cases/{case_id}/documents/{document_id}/content", documents.document_content)
app.serve("GET", "/cases/{case_id}/documents/{document_id}/pages/{n}", documents.document_page)

app.serve("POST", "/vapi/webhook", webhook.vapi_webhook)
app.serve("POST", "/openai/webhook", openai_webhook.openai_webhook)
app.serve("GET", "/health", public.health)
app.serve("HEAD", "/health", public.health)
app.serve("GET", "/openapi.json", public.openapi_endpoint(app.served))
app.serve("GET", "/docs", public.docs_endpoint(app.served))


# The two lanes. Their queues are named in infra/resources.yaml; one message, one job, one invocation.
@app.on_sqs_message(queue="high", batch_size=1, name="work_high")
def work_high(event: Any) -> Any:
    """Run the job of one message of the high lane."""
    return system().work(event.to_dict(), event.context)


@app.on_sqs_message(queue="normal", batch_size=1, name="work_normal")
def work_normal(event: Any) -> Any:
    """Run the job of one message of the normal lane."""
    return system().work(event.to_dict(), event.context)


# Who follows a job, and who is told of its end. The stream's own name is in infra/deploy/overlays/live.yaml.
@app.on_ws_connect(name="connect")
def connect(event: Any) -> Any:
    """Open a WebSocket for the holder of a ticket."""
    return system().outbox.connect(event.to_dict())


@app.on_ws_message(name="message")
def message(event: Any) -> Any:
    """Answer a client of an open WebSocket."""
    return system().outbox.message(event.to_dict())


@app.on_ws_disconnect(name="disconnect")
def disconnect(event: Any) -> Any:
    """Forget a WebSocket that was closed."""
    return system().outbox.disconnect(event.to_dict())


@app.on_dynamodb_record(stream_arn=ANY_STREAM, name="publish", batch_size=10)
def publish(event: Any) -> None:
    """Post changed jobs to their followers; queue the webhooks of those that ended."""
    system().outbox.publish(event.to_dict())


@app.on_sqs_message(queue="deliveries", batch_size=1, name="deliver")
def deliver(event: Any) -> None:
    """Make one try of a webhook."""
    system().outbox.deliver(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES), name="rescue")
def rescue(event: Any) -> dict[str, int]:
    """Every minute: repair lost messages, dead workers, passed deadlines."""
    return system().rescue(event.context)


@app.schedule(Rate(1, unit=Rate.DAYS), name="forget")
def forget(event: Any) -> dict[str, int]:
    """Every day: delete the cases that this stage keeps no longer."""
    return system().forget(event.context)


if current_stage() == "dev":  # `chalice local` is a complete system; under any other command this starts nothing
    from infra.local import attach

    attach()
