"""Processor time of another process, finer than the ticks that /proc counts in where the system can."""

import sys
import time

import psutil


def processor_seconds(pid: int) -> float:
    """Of all its threads, so far."""
    if sys.platform == "linux":
        # What clock_getcpuclockid(3) makes of a process: see CPUCLOCK_SCHED in linux/posix-timers.h.
        return time.clock_gettime((~pid << 3) | 2)
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
