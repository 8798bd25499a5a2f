"""Child processes: the supervisor, the pipe and its typed messages; the llama.cpp and reader children."""
