"""The backbone's tables, as the first migration of each service creates them."""

from __future__ import annotations

OUTBOX = """
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    event bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (subject, version)
)
"""

# A queue changes all the time: vacuum it by the number of dead rows, not by their share, and without pauses.
OUTBOX_VACUUM = """
ALTER TABLE outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0
)
"""

POSITION = """
CREATE TABLE position (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
)
"""

INBOX = """
CREATE TABLE inbox (
    consumer text NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (consumer, subject)
)
"""

DEAD_LETTER = """
CREATE TABLE dead_letter (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    subject text NOT NULL,
    event bytea NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, partition, "offset")
)
"""

DEAD_LETTER_SUBJECT = "CREATE INDEX dead_letter_subject ON dead_letter (consumer, subject)"

IDEMPOTENT_ANSWER = """
CREATE TABLE idempotent_answer (
    caller text NOT NULL,
    key text NOT NULL,
    request_digest bytea NOT NULL,
    status integer NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
)
"""

PUBLISHER = (OUTBOX, OUTBOX_VACUUM)
CONSUMER = (POSITION, INBOX, DEAD_LETTER, DEAD_LETTER_SUBJECT)
HTTP_WRITER = (IDEMPOTENT_ANSWER,)
