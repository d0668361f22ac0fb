"""The subsidy over HTTP: parse, one call, shape the answer."""
