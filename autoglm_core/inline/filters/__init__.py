"""The steps of the trimming chain: pure functions from an answer and its hole to what is left of it."""
