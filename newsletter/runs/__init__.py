"""What a scheduled run does: plan issues, make them, hand them over, each once."""
