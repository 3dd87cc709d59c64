"""The table of job resources and the schema of the queue under it, as SQL that a service's first migration executes."""

from typing import Final

from procrastinate.schema import SchemaManager

_JOBS_SQL: Final = """
CREATE TABLE jobs (
    id uuid NOT NULL,
    kind text NOT NULL,
    org text NOT NULL,
    submitted_by text NOT NULL,
    params jsonb NOT NULL DEFAULT '{}'::jsonb,
    state text NOT NULL DEFAULT 'queued',
    attempt integer NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    step text,
    outcome jsonb,
    problem jsonb,
    queue_job_id bigint,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    CONSTRAINT ck_jobs_finished CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
    CONSTRAINT ck_jobs_problem CHECK ((problem IS NOT NULL) = (state = 'failed'))
);

CREATE INDEX ix_jobs_kind_created_at ON jobs (kind, created_at);

CREATE INDEX ix_jobs_unfinished ON jobs (created_at) WHERE state IN ('queued', 'running');
"""

JOBS_V1_SQL: Final = _JOBS_SQL + SchemaManager.get_schema()
"""Execute once, as the owner, with `sqlalchemy.text` (the queue's functions hold percent signs)."""
