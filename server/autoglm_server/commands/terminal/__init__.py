"""What a terminal shows, in the few colours that every palette has."""
