"""Validators look at a draft and return findings; each wraps one well-kept tool."""
