"""A platform that aligns genomes."""
