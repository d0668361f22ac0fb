"""The plan as it was heard: programmes, regions, levels and indicators."""
