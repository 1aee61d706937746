"""A model that is kept, judged on labelled images that it has not seen."""
