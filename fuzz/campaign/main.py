"""The command line of ./dev fuzz."""
import argparse
import pathlib
import sys

from campaign import commands

EPILOG = """A first campaign:  ./dev fuzz run server_session --time 60
all of them:       ./dev fuzz run --time 3600 --until-plateau 300
what it found:     ./dev fuzz triage, then minimise, show, repro, promote
Everything stays in build/fuzz: corpus/TARGET (a later run goes on from it), findings/TARGET, report.json, report.html.

Exit status: 0 nothing is wrong; 1 something was found, or a check failed; 64 a mistake in the command; 69 something is not built or not installed.
"""


def parser():
    top = argparse.ArgumentParser(prog="./dev fuzz", description="Fuzz campaigns over the targets of fuzz/targets, judged by the specification's tables.",
                                  epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    def verb(name, text, function, *arguments):
        command = verbs.add_parser(name, help=text, description=text)
        for words, options in arguments:
            command.add_argument(*words, **options)
        command.set_defaults(function=function)

    target, file = (("target",), {"help": "one of ./dev fuzz list"}), (("file",), {"type": pathlib.Path, "help": "an input: build/fuzz/findings/TARGET/crash-…"})
    seed = (("--seed",), {"type": int, "help": "of the engine; none: a new one each time"})
    verb("list", "the targets that are built", commands.list_targets)
    verb("run", "a campaign on these targets, on all without any", commands.run,
         (("targets",), {"nargs": "*", "metavar": "TARGET"}),
         (("--time",), {"type": float, "default": 60, "metavar": "SECONDS", "help": "of the whole campaign; targets that wait for a job share it (60)"}),
         (("--jobs",), {"type": int, "default": 1, "help": "engines side by side (1)"}),
         (("--until-plateau",), {"type": float, "metavar": "SECONDS", "dest": "plateau", "help": "leave a target to which nothing new came for so long"}),
         (("--fresh",), {"action": "store_true", "help": "forget what earlier campaigns learnt: begin from the committed seeds"}), seed)
    verb("smoke", "every target for some seconds, and the proof that a fault would be noticed", commands.smoke, seed)
    verb("reach", "which states, transitions and reasons the committed seeds reach", commands.reached,
         (("--corpus",), {"action": "store_true", "help": "what campaigns learnt too"}))
    verb("triage", "every finding replayed three times and put into a bucket, one for each fault", commands.triaged, (("target",), {"nargs": "?"}))
    verb("minimise", "the shortest input that breaks the same rule", commands.minimise, target, file,
         (("--to",), {"type": pathlib.Path, "help": "where it goes (FILE.min)"}))
    verb("show", "a trace as a sequence diagram", commands.show_file, target, file,
         (("--svg",), {"type": pathlib.Path, "metavar": "FILE", "help": "and as a drawing"}))
    verb("repro", "a finding once more, in one process", commands.repro, target, file)
    verb("promote", "keep a finding as a regression, made small", commands.promote, target, file,
         (("name",), {"help": "what is wrong, in small words with hyphens"}),
         (("--case",), {"action": "store_true", "help": "print the skeleton of a case of the conformance suite too"}))
    verb("bisect", "the first commit at which an input fails", commands.bisect, target, file,
         (("--good",), {"required": True, "metavar": "COMMIT", "help": "a commit at which it does not"}))
    verb("selftest", "plant faults one at a time and see that the targets find them", commands.selftest,
         (("faults",), {"nargs": "*", "metavar": "FAULT"}), (("--seeds",), {"type": int, "default": 5, "help": "engines' seeds for each (5)"}),
         (("--seconds",), {"type": float, "default": 60, "help": "for each of them (60)"}),
         (("--beside",), {"action": "append", "default": [], "metavar": "TARGET", "help": "try this target too, without asking that it finds anything"}))
    verb("coverage", "lines of the protocol that seeds and corpus run, against the committed floor", commands.coverage,
         (("--corpus",), {"action": "store_true", "help": "what campaigns learnt too"}),
         (("--programs",), {"action": "store_true", "help": "only say which programs are needed for it"}))
    verb("check-build", "whether what fuzz/build.sh made can be run by others", commands.check_build,
         (("out",), {"type": pathlib.Path, "help": "the folder that was OUT"}), (("--sanitizer",), {"default": "address", "choices": ("address", "undefined", "coverage")}),
         (("--engine",), {"default": "libfuzzer", "choices": ("libfuzzer", "afl")}))
    return top


def main(words=None):
    try:
        arguments = parser().parse_args(words)
    except SystemExit as end:
        return 64 if end.code else 0
    try:
        return arguments.function(arguments)
    except commands.Mistake as mistake:
        print(f"fuzz: {mistake}", file=sys.stderr)
        return 64
    except (FileNotFoundError, commands.NotBuilt) as missing:
        print(f"fuzz: {missing}", file=sys.stderr)
        return 69
    except (ValueError, RuntimeError) as wrong:
        print(f"fuzz: {wrong}", file=sys.stderr)
        return 1
