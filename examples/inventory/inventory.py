"""A small shop's stock: what is sold out, and what one piece costs."""

from articles import Article


def sold_out(stock: list[Article]) -> list[str]:
    """The names of the articles of which nothing is left, in alphabetical order.

    >>> sold_out([Article("saw", 0, 20.0), Article("nail", 3, 1.0), Article("axe", 0, 35.0)])
    ['axe', 'saw']
    """
    ...


def unit_price(paid: float, pieces: int) -> float:
    """What one piece costs, rounded to two decimals.

    >>> unit_price(10.0, 3)
    3.33
    """
    ...
