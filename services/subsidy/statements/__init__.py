"""Monthly statements per institution and per fund: frozen from the ledger with a digest, corrected by new ones."""
