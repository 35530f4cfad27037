"""What the shop's owner expects of the two functions, beside their doctests."""

from __future__ import annotations

from articles import Article
from inventory import sold_out, unit_price

NAILS = Article("nail", 100, 0.05)
HAMMERS = Article("hammer", 3, 12.5)


def test_nothing_is_sold_out_in_a_full_shop():
    assert sold_out([NAILS, HAMMERS]) == []


def test_a_piece_of_many_costs_little():
    assert unit_price(5.0, 100) == 0.05


def test_nothing_bought_costs_nothing():
    assert unit_price(0.0, 0) == 0.0
