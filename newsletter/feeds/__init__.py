"""Which feeds there are, where they are and what is in them; the formats are emitters."""
