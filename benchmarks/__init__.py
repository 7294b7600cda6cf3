"""What is measured, how, and against whom. `make bench` runs `bench`; each other folder has a README of its own."""
