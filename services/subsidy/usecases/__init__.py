"""One function per verb: load, decide, save, record. Each runs in a transaction that its caller opened."""
