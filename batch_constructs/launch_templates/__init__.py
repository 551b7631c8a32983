"""Launch templates whose every change reaches the instances."""
