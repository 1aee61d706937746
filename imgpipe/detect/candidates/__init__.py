"""Where lesions may be: candidates, how they look, and which of them are learnt as lesions."""
