"""What a model's file says of itself, in sections; for a terminal and as Markdown. Light."""
