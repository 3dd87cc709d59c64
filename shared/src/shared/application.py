"""How each service's FastAPI application is put together: the same plumbing round its own routers."""

import gc
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, FastAPI

from shared import docs, health, problems
from shared.auth.tokens import TokenVerifier
from shared.body_limit import BodyLimit
from shared.db.migrate import alembic_config
from shared.db.session import Database
from shared.errors import DomainError
from shared.events.feed import feed_router
from shared.negotiation import refuse_unserved_types
from shared.openapi import install_openapi
from shared.query_parameters import refuse_unknown_parameters
from shared.rate_limit import RateLimiter, count_request
from shared.settings import ServiceSettings
from shared.short_ways import ShortWay, ShortWays, declared_accesses
from shared.telemetry.logs import OUTPUT, configure_logs
from shared.telemetry.middleware import HeadAsGet, RequestTelemetry
from shared.telemetry.traces import tracing

BEFORE_EVERY_ROUTE: Final = (count_request, refuse_unknown_parameters, refuse_unserved_types)


def database_from(name: str, settings: ServiceSettings) -> Database:
    """Make the database of a service from its settings; nothing connects before it is used."""
    return Database(
        settings.database_url,
        pool_size=settings.pool_size,
        read_pool_size=settings.read_pool_size,
        application_name=name,
    )


def create_service_app(
    *,
    name: str,
    title: str,
    description: str,
    version: str,
    service_dir: Path,
    settings: ServiceSettings,
    routers: Iterable[APIRouter],
    constraint_errors: Mapping[str, DomainError] | None = None,
    short_ways: Sequence[ShortWay] = (),
    feed_scope: str | None = None,
) -> FastAPI:
    """Build a service: its routers, the change feed, probes, problem documents, telemetry and documentation.

    `constraint_errors` gives, by name of a database constraint, the error a client gets when it is violated;
    `short_ways` serve the plain form of some of the routes; `feed_scope` reads the rows that the change feed tells of,
    where they are confidential.
    """
    configure_logs(name, settings.log_level)
    database = database_from(name, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.draining = False
        yield
        app.state.draining = True
        await database.close()
        OUTPUT.flush_now()  # the server ends by the signal that it was sent: the interpreter does not see its end

    app = FastAPI(
        title=title,
        description=description,
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=tracing(name, settings.otlp_endpoint),
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.draining = False
    app.state.schema_check = health.SchemaCheck(alembic_config(service_dir))
    app.state.verifier = TokenVerifier(
        issuer=settings.issuer,
        audience=settings.audience,
        jwks_url=settings.jwks_url,
        remember_seconds=settings.token_cache_seconds,
    )
    app.state.rate_limiter = RateLimiter(settings.rate_limit_per_minute)
    for router in (*routers, feed_router(f"/{name}", confidential=feed_scope)):
        app.include_router(router, dependencies=[Depends(each) for each in BEFORE_EVERY_ROUTE])
    app.include_router(health.router)
    docs.install(app)
    problems.install(app, constraint_errors or {})
    install_openapi(app)
    _wrap(app, settings, short_ways)
    return app


def serving(app: FastAPI) -> FastAPI:
    """Return an application that is about to serve in this process.

    What exists by now lives as long as the process. Collections of garbage pass it over from here on: looking through
    all of it took longer than the longest answers, and came with every few of those.
    """
    gc.collect()
    gc.freeze()
    return app


def _wrap(app: FastAPI, settings: ServiceSettings, short_ways: Sequence[ShortWay]) -> None:
    """Put the middleware round an application, the innermost first."""
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(ShortWays, ways=short_ways, accesses=declared_accesses(app, short_ways))
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestTelemetry, on_error=problems.unexpected)
