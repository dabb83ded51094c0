"""Becomes another program: tied to its parent's life, and not as root where that is asked for.

Run by path with `python -I -S`, so it imports the standard library only:

    launch.py --parent PID --signal N [--unprivileged FOLDER] -- PROGRAM ARGUMENT…

`--signal` is what Linux sends this process when its parent dies, so that nothing is left behind.
`--unprivileged` matters to root only (PostgreSQL refuses to run as root): FOLDER is given to an
ordinary user, who becomes the process's user, keeping just the capability to reach files that
others may not read (a project under a private home folder). Where root may not change its user
(a user namespace with a single user), a namespace inside shows the program an ordinary user.
The process id stays: the program replaces this one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS = 1, 8, 28
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2  # else access(2), by which PostgreSQL looks, ignores capabilities
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_CHOWN = 1, 2, 7, 0
CAP_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def main(argv: list[str]) -> None:
    """Prepare this process as the options say and become the program; never returns."""
    split = argv.index("--")
    options = dict(zip(argv[:split:2], argv[1:split:2], strict=True))
    program = argv[split + 1 :]
    folder = options.get("--unprivileged")
    if folder is not None and os.geteuid() == 0:
        _stop_being_root(folder, program)
    if sys.platform == "linux":  # after the change of user, which clears it
        _libc().prctl(PR_SET_PDEATHSIG, int(options["--signal"]), 0, 0, 0)
    if os.getppid() != int(options["--parent"]):
        sys.exit("launch: the parent is gone already")
    try:
        os.execvp(program[0], program)  # noqa: S606 - the caller's own command, no shell
    except OSError as error:
        sys.exit(f"cannot run {program[0]}: {error.strerror}")


def _stop_being_root(folder: str, program: list[str]) -> None:
    user = _ordinary_user(folder)
    if sys.platform != "linux":
        _own(folder, user.pw_uid, user.pw_gid)
        _become(user)
    elif _mapped(user.pw_uid) and _permitted() >> CAP_SETUID & 1:
        _own(folder, user.pw_uid, user.pw_gid)
        _become_with_reach(user, program)
    else:
        _own(folder, 0, 0)
        _look_like(user)


def _ordinary_user(folder: str) -> pwd.struct_passwd:
    """Give the owner of the folder that holds `folder`, else `postgres`, else `nobody`."""
    owner = os.stat(os.path.dirname(os.path.abspath(folder))).st_uid  # noqa: PTH116, PTH120, PTH100
    with contextlib.suppress(KeyError):
        if owner != 0:
            return pwd.getpwuid(owner)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _own(folder: str, uid: int, gid: int) -> None:
    if os.stat(folder).st_uid == uid:  # noqa: PTH116 - pathlib would slow the start
        return
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            os.lchown(os.path.join(place, name), uid, gid)  # noqa: PTH118
        os.lchown(place, uid, gid)


def _become(user: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ["HOME"] = "/"


def _become_with_reach(user: pwd.struct_passwd, program: list[str]) -> None:
    """Change the user and keep, through exec, the capability to reach the project's files."""
    wanted = [CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE]
    if any(_only_for_its_owner(word) for word in program):
        wanted.remove(CAP_DAC_READ_SEARCH)  # it lets read, not run
    kept = next((cap for cap in wanted if _permitted() >> cap & 1), None)
    libc = _libc()
    libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    _become(user)
    if kept is None:
        return
    mask = 1 << kept
    sets = (_Sets * 2)(_Sets(mask, mask, mask), _Sets(0, 0, 0))
    if libc.capset(ctypes.byref(_Header(CAP_VERSION_3, 0)), sets) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0)


def _only_for_its_owner(word: str) -> bool:
    if not os.path.isfile(word):  # noqa: PTH113
        return False
    mode = os.stat(word).st_mode  # noqa: PTH116
    return mode & 0o100 != 0 and mode & 0o001 == 0


def _look_like(user: pwd.struct_passwd) -> None:
    """Enter a user namespace in which root's files and this process belong to `user`."""
    gid = os.getegid()
    if _libc().unshare(CLONE_NEWUSER) != 0:
        sys.exit(
            "this machine lets root neither become another user nor make a user namespace: "
            "start Nitka as an ordinary user, or set NITKA_DATABASE_URL"
        )
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user.pw_uid} 0 1"),
        ("gid_map", f"{user.pw_gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(text)


def _mapped(uid: int) -> bool:
    with open("/proc/self/uid_map", encoding="ascii") as file:  # noqa: PTH123
        ranges = [tuple(map(int, line.split())) for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)


def _permitted() -> int:
    sets = (_Sets * 2)()
    if _libc().capget(ctypes.byref(_Header(CAP_VERSION_3, 0)), sets) != 0:
        return 0
    return int(sets[0].permitted)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main(sys.argv[1:])
