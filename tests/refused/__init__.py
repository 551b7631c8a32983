"""What AWS was seen to refuse: templates of our own, each of them one change away from a valid one."""
