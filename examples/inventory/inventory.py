"""A small shop's stock: what is sold out, and what a piece costs on average."""

from articles import Article


def sold_out(stock: list[Article]) -> list[str]:
    """The names of the articles of which nothing is left, in alphabetical order.

    >>> sold_out([Article("saw", 0, 20.0), Article("nail", 3, 1.0), Article("axe", 0, 35.0)])
    ['axe', 'saw']
    """
    ...


def average_price(stock: list[Article]) -> float:
    """The average price of a piece in stock, rounded to two decimals; 0.0 for an empty stock.

    >>> average_price([Article("nail", 3, 1.0), Article("hammer", 1, 5.0)])
    2.0
    """
    ...
