"""The language server: LSP 3.18 over stdio, a thin door to the assistant."""
