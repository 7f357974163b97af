"""Front matter, from its many dialects and spellings to checked values. No I/O, no clock."""
