"""Pages for people; `site` makes one site of them."""
