"""Measures the loop on public sets of problems: how many first drafts are right, and how many after the loop."""
