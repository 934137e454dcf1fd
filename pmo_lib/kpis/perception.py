"""How customers see the services: answers to surveys."""
