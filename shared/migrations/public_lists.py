"""The tables of `shared.public_lists`, as a migration of each service that owns people of claims creates them."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE public_list (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        payee_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        is_objected boolean NOT NULL,
        published_on date NOT NULL,
        public_until date NOT NULL,
        persons integer NOT NULL CHECK (persons >= 0),
        amount_fen bigint NOT NULL CHECK (amount_fen >= 0)
    )
    """,
    # No person: who it is, the enrolment or certificate says, with the name that holds when it is read.
    """
    CREATE TABLE public_list_entry (
        list_id uuid NOT NULL REFERENCES public_list ON DELETE CASCADE,
        line integer NOT NULL,
        source_id uuid NOT NULL,
        occupation text NOT NULL,
        award smallint NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        PRIMARY KEY (list_id, line)
    )
    """,
)
