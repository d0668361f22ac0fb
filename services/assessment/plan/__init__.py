"""The plan's programmes and regions, as heard from the registry."""
