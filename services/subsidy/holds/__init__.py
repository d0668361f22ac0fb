"""Flags of the registry that hold claims until an officer of the county has settled them."""
