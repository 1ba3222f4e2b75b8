"""Directory trees for tests: one that has every nastiness a file system allows, and a description to compare trees by."""
import errno
import hashlib
import os
import random
import stat


def describe(root):
    """Path (octets, relative) -> everything a restore must bring back: type, mode, mtime, content, target, and the names it is linked with."""
    root = os.fsencode(root)
    found, names = {}, {}
    for folder, folders, files in os.walk(root):
        for name in folders + files + ([b"."] if folder == root else []):
            path = os.path.normpath(os.path.join(folder, name))
            about = os.lstat(path)
            relative = os.path.relpath(path, root)
            names.setdefault((about.st_dev, about.st_ino), []).append(relative)
            entry = {"type": stat.S_IFMT(about.st_mode), "inode": (about.st_dev, about.st_ino), "mtime": about.st_mtime_ns}
            if stat.S_ISLNK(about.st_mode):
                entry["target"] = os.readlink(path)
            else:
                entry["mode"] = stat.S_IMODE(about.st_mode)
            if stat.S_ISREG(about.st_mode):
                with open(path, "rb") as file:
                    entry["content"] = hashlib.sha256(file.read()).hexdigest()
                entry["size"] = about.st_size
            found[relative] = entry
    for entry in found.values():
        entry["links"] = sorted(names[entry.pop("inode")])
    return found


def extents(path):
    """Of a file: where there is data between its holes, each piece as its first octet and the one behind its last."""
    pieces = []
    with open(path, "rb") as file:
        end, size = 0, os.stat(path).st_size
        while end < size:
            try:
                begin = os.lseek(file.fileno(), end, os.SEEK_DATA)
            except OSError as none:
                if none.errno == errno.ENXIO:  # a hole up to the end
                    break
                raise
            end = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            pieces.append((begin, end))
    return pieces


def below(target, source):
    """Where a restore into `target` puts `source`: an absolute path keeps all its parts."""
    return os.path.join(os.fsencode(target), os.fsencode(os.path.abspath(source)).lstrip(b"/"))


def make_nasty(root):
    """Names that are not UTF-8, empty and sparse files, odd modes, times before 1970 and with nanoseconds, links of both kinds, deep folders."""
    chance = random.Random(4287)
    root = os.fsencode(root)

    def file(name, content, mode=0o644, mtime_ns=1_700_000_000_123_456_789):
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(content)
        os.chmod(path, mode)
        os.utime(path, ns=(mtime_ns, mtime_ns))
        return path

    file(b"empty", b"")
    file(b"one octet", b"\0")
    file(b"text.txt", b"a line\n" * 1000)
    file(b"executable", b"#!/bin/sh\n", 0o755)
    file(b"setuid", b"s", 0o4750)
    file(b"read-only", b"r", 0o400)
    file(b"no-permissions-for-others", b"n", 0o600)
    file(b"before-1970", b"old", mtime_ns=-1_234_567_890_123_456_789)
    file(b"in-2100", b"new", mtime_ns=4_102_444_800_000_000_001)
    file(b"not-utf8-\xff\xfe\x80", b"octets")
    file(b"new\nline\ttab\x01", b"control")
    file("späße-文件-🗄".encode(), b"unicode")
    file(b"-starts-with-a-dash", b"dash")
    file(b" spaces ", b"spaces")
    file(b"x" * 255, b"longest name")
    file(b"deep/" + b"/".join(b"%d" % i for i in range(60)) + b"/bottom", b"deep")
    file(b"big/random", chance.randbytes(3_000_000))
    file(b"big/zeros", bytes(2_000_000))
    same = chance.randbytes(700_000)
    file(b"big/same-1", same)
    file(b"big/same-2", same)
    file(b"big/same-but-shifted", b"!" + same)
    first = file(b"hard/first", b"linked content" * 100, 0o640)
    os.makedirs(os.path.join(root, b"hard/other"))
    os.link(first, os.path.join(root, b"hard/other/second"))
    os.link(first, os.path.join(root, b"a-third-name"))
    os.makedirs(os.path.join(root, b"links"))
    for name, target in [(b"relative", b"../text.txt"), (b"absolute", b"/etc/hostname"), (b"broken", b"nowhere"), (b"to-folder", b"../big"),
                         (b"loop", b"loop"), (b"not-utf8", b"\xff\xfe"), (b"long", b"y/" * 1500)]:
        path = os.path.join(root, b"links", name)
        os.symlink(target, path)
        os.utime(path, ns=(1_600_000_000_000_000_007,) * 2, follow_symlinks=False)
    os.link(os.path.join(root, b"links/relative"), os.path.join(root, b"links/relative-again"), follow_symlinks=False)
    os.makedirs(os.path.join(root, b"empty-folder"))
    os.makedirs(os.path.join(root, b"closed-folder"))
    file(b"closed-folder/inside", b"i")
    os.chmod(os.path.join(root, b"closed-folder"), 0o500)
    os.chmod(os.path.join(root, b"empty-folder"), 0o3777)  # [ARC-048] is about regular files
    for number, folder in enumerate(sorted((path for path, _, _ in os.walk(root)), reverse=True)):
        stamp = 1_500_000_000_000_000_000 + number
        os.utime(folder, ns=(stamp, stamp))


def make_random(root, octets, seed, files=8):
    """The same few files with other content for every seed: nothing in it repeats or compresses."""
    chance = random.Random(seed)
    for number in range(files):
        folder = os.path.join(root, f"folder-{number % 3}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"file-{number}"), "wb") as file:
            file.write(chance.randbytes(octets // files))
