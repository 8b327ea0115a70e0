"""Pure renderers: results in, markdown, JSON and figures out. Same results, same bytes."""
