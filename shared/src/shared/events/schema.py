"""The tables of the outbox and of the feed cursors, as SQL that a service's first migration executes."""

from typing import Final

EVENTS_V1_SQL: Final = """
CREATE SEQUENCE outbox_pos_seq AS bigint;

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    pos bigint,
    type text NOT NULL,
    subject text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}'::jsonb,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT ck_outbox_pos_positive CHECK (pos > 0),
    CONSTRAINT ck_outbox_type_not_empty CHECK (type <> '')
);

CREATE INDEX ix_outbox_unnumbered ON outbox (id) WHERE pos IS NULL;

CREATE UNIQUE INDEX uq_outbox_pos ON outbox (pos) WHERE pos IS NOT NULL;

CREATE TABLE feed_cursors (
    name text NOT NULL,
    position text,
    upstream_head text,
    upstream_as_of timestamptz,
    last_contact_at timestamptz,
    reached_head_at timestamptz,
    applied bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_feed_cursors PRIMARY KEY (name)
);
"""
"""Execute once, as the owner, before any code of this package runs.

`outbox.pos` is the ticket under which the feed serves a row; it stays null until a sequencer numbers the row.
`feed_cursors.position` is the cursor up to which a consumer's effects are committed (null: nothing yet).
"""
