"""What a small shop sells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    """So many pieces of something, each at the same price."""

    name: str
    quantity: int
    price: float
