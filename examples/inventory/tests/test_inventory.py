"""What the shop's owner expects of the two functions, beside their doctests."""

from __future__ import annotations

from articles import Article
from inventory import average_price, sold_out

NAILS = Article("nail", 100, 0.05)
HAMMERS = Article("hammer", 3, 12.5)


def test_nothing_is_sold_out_in_a_full_shop():
    assert sold_out([NAILS, HAMMERS]) == []


def test_many_cheap_pieces_make_a_low_average():
    assert average_price([NAILS, HAMMERS]) == 0.41


def test_an_empty_shop_has_an_average_of_zero():
    assert average_price([]) == 0.0


def test_sold_out_articles_do_not_count():
    assert average_price([Article("saw", 0, 20.0)]) == 0.0
