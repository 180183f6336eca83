"""The four factors of the score, one a module: each lists its components and measures them."""
