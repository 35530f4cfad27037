"""Engines turn a prompt into text: embedded, remote, scripted."""
