"""How facts travel: written beside the state they follow from, relayed to a log, read and applied exactly once.

    outbox ──relay──► log (Kafka, or a log kept in PostgreSQL) ──consumer──► positions, inbox, the consumer's own tables

Nothing outside this package knows which log runs.
"""
