"""Where everything stands: targets, their inputs, their programs. Must not know: what is done with them."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUZZ = ROOT / "fuzz"
BUILD = ROOT / "build" / "fuzz"
CANARY = "canary"
CORPUS_OF = {"differential": "control_payload", "trace_text": "server_session", "server_bytes": "frame_reader", "exhaustion": "server_session",
             "shortage": "server_session", "pair_tls": "pair"}  # where it is not the target's own
ENGINE_OPTIONS = {"world": ("-detect_leaks=0",)}  # its store outlives inputs; replays look for leaks
TRACE_TARGETS = ("server_session", "client_session", "pair", "world", "exhaustion", "shortage", "pair_tls")

sys.path.append(str(ROOT / "spec" / "tools"))


def written():
    """Every target, the canary too."""
    return sorted(path.stem for path in (FUZZ / "targets").glob("*.cc"))


def built(build=None):
    return [target for target in written() if fuzzer(target, build).exists()]


def fuzzer(target, build=None):
    return (build or BUILD) / "bin" / f"fuzz_{target}"


def replayer(target, build=None):
    return (build or BUILD) / "fuzz" / f"replay_{target}"


def shower(build=None):
    return (build or BUILD) / "bin" / "coffer_trace"


def corpus(target):
    """The committed seeds."""
    return FUZZ / "corpus" / CORPUS_OF.get(target, target)


def regressions(target):
    return FUZZ / "regressions" / target


def inputs(target):
    """The folders of what is committed for a target; those that there are."""
    return [folder for folder in (corpus(target), regressions(target)) if folder.is_dir()]
