"""The partition of a key: that of Kafka's default partitioner, so that a stream can move between logs."""

from __future__ import annotations

import struct
from typing import Final

PARTITIONS: Final = 12
"""Fixed for life: with another number a subject would move to another partition and lose its order."""

_SEED: Final = 0x9747B28C
_FACTOR: Final = 0x5BD1E995
_WORD: Final = 0xFFFFFFFF
_SIGNLESS: Final = 0x7FFFFFFF


def partition_of(key: str) -> int:
    """The partition of `key`, from 0 to PARTITIONS - 1."""
    return (murmur2(key.encode()) & _SIGNLESS) % PARTITIONS


def murmur2(data: bytes) -> int:
    """The unsigned 32-bit hash of `data` as Kafka computes it. Source: Utils.murmur2 in Apache Kafka's clients."""
    rest = len(data) % 4
    whole = len(data) - rest
    hashed = _SEED ^ len(data)
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        mixed = word * _FACTOR & _WORD
        mixed = (mixed ^ mixed >> 24) * _FACTOR & _WORD
        hashed = (hashed * _FACTOR & _WORD) ^ mixed
    if rest:
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _WORD
    hashed = (hashed ^ hashed >> 13) * _FACTOR & _WORD
    return hashed ^ hashed >> 15
