"""What a board is told: the verdict, five numbers, what is asked of whom, and what is new."""
