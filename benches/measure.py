"""Runs programs and says what they cost: wall time, processor time, memory."""

import atexit
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

MB = 1_000_000
# The kernel counts kilobytes, except on macOS.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
# A program whose first run takes longer is not run again: what takes so long is no close race.
PATIENCE_SECONDS = 30.0


class Cost(NamedTuple):
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all threads, in the program and in the kernel for it."""
    memory: int
    """The most bytes that were resident at once. Linux hands the peak of the process that starts
    another one down to it, so that less than what that one takes cannot be told."""

    @property
    def cores(self):
        return self.cpu / self.wall


class Starter:
    """A process that starts those that are measured, and stays as small as it is: the kernel hands the
    peak of the memory of the one that starts another down to it."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-S", "-E", __file__], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(self.process.stdin.close)

    def ask(self, *question):
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


STARTER = None


def starter():
    global STARTER
    STARTER = STARTER or Starter()
    return STARTER


def run(command, out=os.devnull, env=None):
    """Runs a command and waits for it; what it prints goes to a file."""
    command = [str(part) for part in command]
    code, *cost = starter().ask(command, str(out), env or {})
    if code != 0:
        sys.exit(f"{' '.join(command)}: exit code {code}")
    return Cost(*cost)


def started(command, out, env):
    """Does it in the process that starts others: the exit code and the fields of a cost."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)]
    begun = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ | env, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    return code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT


def least_memory():
    """What a program seems to take that takes nothing."""
    return starter().ask()


def in_turn(runs, repeat):
    """Calls each so many times, one after another and not each by itself, so that whatever else
    the machine does meanwhile hits all of them. Gives the costs of each name."""
    costs = {name: [] for name in runs}
    for _ in range(repeat):
        for name, once in runs.items():
            if not costs[name] or costs[name][0].wall <= PATIENCE_SECONDS:
                costs[name].append(once())
    return costs


def median(costs):
    """The median of each of what was measured."""
    return Cost(*(middle(values) for values in zip(*costs)))


def middle(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def size(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def warm(folder):
    """Reads every file once, so that no run waits for the disk."""
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            with open(path, "rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass


def main():
    """Answers questions of a [`Starter`]: one on each line."""
    for line in sys.stdin:
        question = json.loads(line)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
        print(json.dumps(started(*question) if question else peak), flush=True)


if __name__ == "__main__":
    main()
