"""The broker and what it knows: which models there are, what they need, what fits, who holds the card's memory."""
