"""What the money is for: strategic alignment and investment."""
