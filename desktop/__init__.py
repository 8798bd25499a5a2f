"""The Qt application: windows, panes, item models, operations, and the threads that carry core's work."""
