"""Runs one program in a folder of its own, with a limit on its time. What it wrote comes back as text."""
import subprocess

COMPILER = "clang-19"  # of what rumur and spin generate: short searches are compiled longer than they run, and gcc takes twice as long over it


class Trouble(Exception):
    """A checker could not do its work: the run says nothing about the model's claims."""


def run(folder, timeout_seconds, *command):
    """(exit status, everything it wrote)."""
    try:
        done = subprocess.run([str(c) for c in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired:
        raise Trouble(f"{command[0]} did not end within {timeout_seconds} s: make the instance smaller, or raise timeout_seconds") from None
    return done.returncode, done.stdout.decode(errors="replace")


def must(folder, timeout_seconds, *command):
    status, text = run(folder, timeout_seconds, *command)
    if status != 0:
        raise Trouble(f"{command[0]} ends with {status}, so there is nothing to check: {text.strip()[:1500]}")
    return text
