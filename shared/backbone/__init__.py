"""Transport of facts: written with the state change that caused them, relayed to a log, applied exactly once.

    outbox ──relay──► log (Kafka, or a log kept in PostgreSQL) ──consumer──► positions, inbox, the consumer's own tables

Nothing outside this package depends on which log is used.
"""
