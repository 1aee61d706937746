"""What files say beside their pixels, where it may name a patient; one format a file."""
