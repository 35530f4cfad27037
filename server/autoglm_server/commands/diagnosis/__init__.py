"""What ``autoglm doctor`` looks at."""
