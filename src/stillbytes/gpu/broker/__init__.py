"""The broker: who may use how much of the card, and when."""
