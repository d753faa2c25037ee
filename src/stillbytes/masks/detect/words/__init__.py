"""Finding what is named: words as the numbers that networks take, and the networks."""
