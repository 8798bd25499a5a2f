"""How much memory this process has needed at its peak."""

import sys
from pathlib import Path


def peak_rss_mb() -> float:
    """Peak resident memory in MB (10^6 bytes).

    On Linux from /proc: getrusage there begins with the peak of the process that started this one."""
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import psutil

    info = psutil.Process().memory_info()
    return float(getattr(info, "peak_wset", info.rss)) / 1e6
