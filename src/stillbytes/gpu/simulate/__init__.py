"""A card in software, to prove the broker on."""
