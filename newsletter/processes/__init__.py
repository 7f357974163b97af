"""Who does the work of a build: this process, others beside it, pools of them, a cluster. The bytes never depend on it."""
