"""Traces, where an endpoint to send them to is set (OpenTelemetry over HTTP)."""

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig

from shared.telemetry.middleware import PROBES

OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def tracing(service: str, endpoint: str | None) -> TelemetryConfig:
    """Return FastAPI's telemetry settings. Exception and validation texts are never recorded, nor are probes."""
    if endpoint is None:
        return OFF
    return {**OFF, "tracing": True, "tracer_provider": _provider(service, endpoint), "exclude": _is_probe}


def _is_probe(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in PROBES


def _provider(service: str, endpoint: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor  # noqa: PLC0415 - as above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    PsycopgInstrumentor().instrument(tracer_provider=provider)
    return provider
