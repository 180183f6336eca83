"""A decision as people read it: HTML, Markdown, JSON. Decides nothing."""
