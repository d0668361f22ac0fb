"""Files of rows as jobs, for any service: stored encrypted, decided in chunks by a worker, reported row by row.

    kinds       what a service defines for a kind of file: its table, who may send it, how its rows are decided
    rules       the states of a file, from waiting to done
    names       what their senders call them
    store       its tables, which `shared.migrations.file_jobs` makes in the database of each service that uses them
    usecases    requests: post, read, cancel, fetch the refused rows
    work        the worker: decide chunk after chunk, and erase refused rows when their time is over
    at_once     small files, decided within one request, without a job
    answers     what answers look like
    routes      HTTP; the only module here that depends on it

docs/files.md shows how a service adds a file route.
"""
