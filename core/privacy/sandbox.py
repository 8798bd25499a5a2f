"""Best-effort walls of the Linux kernel around a child: a seccomp filter that leaves Unix sockets
alone, and an empty network namespace where the system allows one. Elsewhere both report False.
"""

import ctypes
import errno
import platform
import sys

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _FILTER_FLAG_TSYNC = 1, 1
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
_AF_UNIX = 1
_CLONE_NEWNET = 0x40000000
# machine -> (audit architecture, seccomp, socket, io_uring_setup) by linux/audit.h and unistd.h
_NUMBERS = {"x86_64": (0xC000003E, 317, 41, 425), "aarch64": (0xC00000B7, 277, 198, 425)}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def leave_network_namespace() -> bool:
    """Moves this process into a network namespace with nothing in it; needs the right to do so. A user
    namespace would give it to anyone, but changes who owns files: seccomp serves there."""
    if not sys.platform.startswith("linux"):
        return False
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and int(unshare(_CLONE_NEWNET)) == 0


def forbid_sockets() -> bool:
    """From here on `socket` makes Unix sockets only, in all threads and what they start; io_uring,
    which could make sockets past the filter, is off."""
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None or not sys.platform.startswith("linux"):
        return False
    architecture, seccomp, socket_call, io_uring = numbers
    instructions = _filter(architecture, socket_call, io_uring)
    array = (_Instruction * len(instructions))(*instructions)
    program = _Program(len(instructions), ctypes.cast(array, ctypes.POINTER(_Instruction)))
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    answer = libc.syscall(
        ctypes.c_long(seccomp),
        ctypes.c_ulong(_SET_MODE_FILTER),
        ctypes.c_ulong(_FILTER_FLAG_TSYNC),
        ctypes.byref(program),
    )
    return int(answer) == 0


def _filter(architecture: int, socket_call: int, io_uring: int) -> list[_Instruction]:
    """Reads struct seccomp_data: call number at 0, architecture at 4, first argument at 16."""
    refuse = _ERRNO | errno.EACCES
    return [
        _Instruction(_LOAD, 0, 0, 4),
        _Instruction(_EQUAL, 0, 7, architecture),  # another architecture's calls: refuse
        _Instruction(_LOAD, 0, 0, 0),
        _Instruction(_AT_LEAST, 5, 0, _X32),  # the x32 calls: refuse
        _Instruction(_EQUAL, 4, 0, io_uring),
        _Instruction(_EQUAL, 0, 2, socket_call),
        _Instruction(_LOAD, 0, 0, 16),
        _Instruction(_EQUAL, 0, 1, _AF_UNIX),
        _Instruction(_RETURN, 0, 0, _ALLOW),
        _Instruction(_RETURN, 0, 0, refuse),
    ]
