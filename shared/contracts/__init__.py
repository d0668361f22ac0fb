"""The facts that services publish, as code: one module per publishing service, one class per event type."""

from shared.contracts.fact import Fact, Malformed, UnknownType, decode, encode

__all__ = ["Fact", "Malformed", "UnknownType", "assessment", "decode", "encode", "registry", "subsidy"]
