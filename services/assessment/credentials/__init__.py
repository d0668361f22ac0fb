"""Credentials: certificates signed for verifiers, their status lists, and certificates on paper."""
