"""What a program and all its children ask of the network, as the kernel saw it: strace, read."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_INET = re.compile(
    r"sin6?_port=htons\((?P<port>\d+)\)"
    r".*?(?:inet_addr\(\"(?P<v4>[^\"]+)\"\)|inet_pton\(AF_INET6, \"(?P<v6>[^\"]+)\")"
)
_UNIX = re.compile(r"sa_family=AF_UNIX, sun_path=@?\"(?P<path>[^\"]*)\"")
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_DONE = re.compile(r"= (?P<value>\d+)$")
_REACH = frozenset({"connect", "sendto", "sendmsg", "sendmmsg"})
_SEND = frozenset({"sendto", "sendmsg"})


@dataclass
class Trace:
    """`reached`: addresses with their ports, and how often they were connected or written to; `local`: the
    paths of Unix sockets; `sent`: bytes by thread; `served`: port by thread
    that listens; `other`: what has no business here."""

    reached: Counter[tuple[str, int]] = field(default_factory=Counter)
    local: Counter[str] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)
    served: dict[int, int] = field(default_factory=dict)
    other: Counter[str] = field(default_factory=Counter)

    def served_bytes(self, port: int) -> int:
        """Bytes that the threads which listen on `port`, or on a port of the system's choice, have sent."""
        return sum(count for pid, count in self.sent.items() if self.served.get(pid) in (0, port))


def run(
    command: Sequence[str], folder: Path, **named: object
) -> tuple["subprocess.CompletedProcess[str]", Trace]:
    """The command to its end under strace. Raises RuntimeError where there is no strace."""
    strace = shutil.which("strace")
    if strace is None:
        raise RuntimeError("needs strace; install it with your system's package manager")
    file = folder / "trace"
    # -s 0: no byte of what is sent goes to the file.
    calls = "trace=network,io_uring_setup"
    traced = [strace, "-f", "-qq", "--seccomp-bpf", "-s", "0", "-e", calls, "-o", str(file), *command]
    done = subprocess.run(traced, capture_output=True, text=True, check=False, **named)
    with file.open(encoding="utf-8", errors="replace") as lines:
        return done, read(lines)


def read(lines: Iterable[str]) -> Trace:
    trace = Trace()
    for line in lines:
        call = _CALL.match(line) or _RESUMED.match(line)
        if call is None:
            continue
        pid, name, rest = int(call["pid"]), call["name"], call["rest"]
        done = _DONE.search(rest)
        if name in _REACH:
            _reached(trace, name, rest)
        if name in _SEND and done:
            trace.sent[pid] += int(done["value"])
        elif name == "bind" and (inet := _INET.search(rest)):
            trace.served.setdefault(pid, int(inet["port"]))
        elif name == "io_uring_setup":
            trace.other[name] += 1
        elif name == "socket" and "SOCK_RAW" in rest and "AF_NETLINK" not in rest:
            trace.other["raw socket"] += 1
    return trace


def _reached(trace: Trace, name: str, rest: str) -> None:
    inet, local = _INET.search(rest), _UNIX.search(rest)
    if inet:
        trace.reached[inet["v4"] or inet["v6"], int(inet["port"])] += 1
    elif local:
        trace.local[local["path"]] += 1
    elif name == "connect" and "AF_UNSPEC" not in rest and "resumed" not in rest and "sa_family" in rest:
        trace.other["connect of another family"] += 1
