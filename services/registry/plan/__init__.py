"""The plan, its regions and programmes, the catalogue of projects, and policy by day."""
