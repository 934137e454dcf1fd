"""What the notebooks show: pages, pictures and the reports made of them."""
