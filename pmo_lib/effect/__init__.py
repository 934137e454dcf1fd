"""What difference the PMO made: outcomes, designs, checks and claims."""
