"""The facts that services tell each other, as code: one module per publishing service, one class per event type."""

from shared.contracts.fact import Fact, Malformed, UnknownType, decode, encode

__all__ = ["Fact", "Malformed", "UnknownType", "assessment", "decode", "encode", "registry", "subsidy"]
