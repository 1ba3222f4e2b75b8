"""The corpus of the archive benchmark: files of this machine's /usr, filler that is the same everywhere, and what changes from day to day.

Everything is decided by hashes of names, so that the same /usr gives the same corpus.
"""
import hashlib
import os
import pathlib
import random
import shutil
import stat

LARGEST_OCTETS = 8 << 20
FILLER_OCTETS = 2 << 20


def lot(name, salt=""):
    """A number from 0 to 1 that belongs to a name."""
    return int.from_bytes(hashlib.sha256(f"{salt}/{name}".encode("utf-8", "surrogateescape")).digest()[:6], "big") / 2**48


def regular_files(top):
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                yield path, status


def choose(source, files_max, octets_max):
    """Paths: drawn by lot, so that the mix is that of the source, until there are enough."""
    chosen, files, octets = [], 0, 0
    for path, status in sorted(regular_files(source), key=lambda found: lot(found[0])):
        if stat.S_ISLNK(status.st_mode):
            if len(chosen) < files_max * 1.2 and lot(path, "link") < 0.3:
                chosen.append(path)
            continue
        if files >= files_max or status.st_size > LARGEST_OCTETS or octets + status.st_size > octets_max:
            continue
        chosen.append(path)
        files += 1
        octets += status.st_size
    return chosen, files, octets


def filler(number):
    """Two MiB: half of it words, half of it without any pattern."""
    draw = random.Random(number)
    words = [bytes(draw.choices(b"abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(500)]
    text = b" ".join(draw.choices(words, k=FILLER_OCTETS // 8))[: FILLER_OCTETS // 2]
    return text + draw.randbytes(FILLER_OCTETS - len(text))


def make(target, files_max, octets_max, source="/usr"):
    """The corpus below a directory that does not exist yet. Gives how many files and octets there are."""
    chosen, files, octets = choose(source, files_max, octets_max)
    for path in chosen:
        copy = f"{target}{path}"
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy2(path, copy, follow_symlinks=False)
    folder = pathlib.Path(target, "filler")
    folder.mkdir(parents=True)
    for number in range(max(0, octets_max - octets) // FILLER_OCTETS):
        (folder / f"{number:05}").write_bytes(filler(number))
        files, octets = files + 1, octets + FILLER_OCTETS
    return files, octets


def make_small(target, files, octets_each=1024):
    """Many small files, a thousand to a directory, no two alike and half of each compressible."""
    for begin in range(0, files, 1000):
        folder = pathlib.Path(target, f"{begin // 1000000:03}", f"{begin // 1000 % 1000:03}")
        folder.mkdir(parents=True)
        draw = random.Random(begin)
        for number in range(begin, min(begin + 1000, files)):
            (folder / f"file-{number:07}").write_bytes(draw.randbytes(octets_each // 2).ljust(octets_each, b"."))


def change(target, day):
    """What a day does to about 3 % of the files: 1 % edited in place, 0.5 % each appended to, copied and altered, deleted, renamed."""
    changed = 0
    for path, status in list(regular_files(target)):
        at = lot(path, day) * 100
        if at >= 3 or not stat.S_ISREG(status.st_mode):
            continue
        changed += 1
        if at >= 2.5:
            os.rename(path, f"{path}.renamed{day}")
        elif at >= 2:
            os.unlink(path)
        else:
            if 1.5 <= at:
                shutil.copy2(path, f"{path}.copy{day}")
                path = f"{path}.copy{day}"
            os.chmod(path, 0o644)
            with open(path, "r+b") as file:
                if at >= 1:
                    file.seek(0, os.SEEK_END)
                else:
                    file.seek(status.st_size // 2)
                file.write(hashlib.sha256(f"{day}/{path}".encode("utf-8", "surrogateescape")).digest() * 4)
    return changed


def differences(left, right):
    """Files whose kind, size, time or content is not the same on both sides, and those that one side lacks."""
    def look(top):
        return {path[len(top):]: status for path, status in regular_files(top)}
    first, second = look(left), look(right)
    found = sorted(first.keys() ^ second.keys())
    for name in first.keys() & second.keys():
        one, other = first[name], second[name]
        if stat.S_ISLNK(one.st_mode):
            same = os.readlink(left + name) == os.readlink(right + name)
        else:
            same = (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
            same = same and pathlib.Path(left + name).read_bytes() == pathlib.Path(right + name).read_bytes()
        if not same:
            found.append(name)
    return found
