"""What the digest needs besides its words: size, styles, merge tags and the message itself."""
