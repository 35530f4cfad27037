"""Inline completion: a visible pipeline, one small file a step."""
