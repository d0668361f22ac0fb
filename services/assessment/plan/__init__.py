"""The plans' programmes and the regions, received from the registry."""
