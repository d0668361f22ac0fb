"""The plan's programmes and regions, received from the registry."""
