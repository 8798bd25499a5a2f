"""One function per user action. Each hands a plain piece of work to a lane and returns its job;
the work gets core's object and never a widget."""
