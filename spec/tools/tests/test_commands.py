"""What continuous integration runs, and what `./dev check` judges: no command of either goes without somebody noticing."""
import pathlib
import re
import unittest

HOUSE = pathlib.Path(__file__).resolve().parents[3]
CI = ["check", "model", "test", "conform", "mutate", "test asan tsan", "fuzz smoke", "fuzz coverage", "trace --gate", "spec"]
CHECK = ["check_format", "spec/tools/lint.py", "spec/tools/generate.py --check", "spec/tools/vectors.py --check", "spec/tools/paths.py", "spec/tools/trace.py --check", "tests/architecture/check.py ."]


class Commands(unittest.TestCase):
    def test_ci_runs_every_command_that_judges(self):
        listed = re.search(r"^for command in (.+); do$", (HOUSE / ".ci/run").read_text(), re.M)[1]
        self.assertEqual(CI, [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|(\S+)', listed)])

    def test_check_runs_everything_that_judges_the_text_and_ends_with_it(self):
        text = (HOUSE / ".dev/check.sh").read_text()
        self.assertEqual(CHECK, re.findall(r'^  step "[^"]+"; (?:"\$python" )?(.+?) \|\| failed\+=\(\w+\)$', text, re.M))

    def test_ordinary_programs_are_looked_at_for_faults_before_they_are_tried(self):
        """That a release cannot be configured with faults is tests/faults/faults_test.py's matter; one that was built is looked at too."""
        text = (HOUSE / ".dev/mutate.sh").read_text()
        built, looked = text.index("build dev coffer-conform cofferd coffer"), text.index("--absent")
        self.assertTrue(built < looked < text.index("mutate --adapter"))
        for programs in ("build/dev/bin/{cofferd,coffer}", "build/release/bin/{cofferd,coffer,coffer-vector,coffer_bench}"):
            self.assertIn(programs, text[built:looked])


if __name__ == "__main__":
    unittest.main()
