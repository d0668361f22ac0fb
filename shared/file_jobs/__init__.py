"""Files of rows as jobs, for any service: taken in sealed, decided in chunks by a worker, reported row by row.

    kinds       what a service says about a kind of file: its table, who may post it, how its rows are decided
    rules       what becomes of a file, from waiting to done
    store       its tables, which `shared.migrations.file_jobs` makes in the database of each service that uses them
    usecases    what a request does: post, look at, cancel, take back what was refused
    work        what a worker does: decide chunk after chunk, and erase what was refused when its time is over
    at_once     small files, which are decided within one request and leave no job behind
    routes      all of it over HTTP; alone here to know of it

docs/files.md shows how a service adds a file route.
"""
