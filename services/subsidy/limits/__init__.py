"""Limits of claims: how long and how often something can be claimed for, as dated rows."""
