"""check-build names what is wrong with a build, one kind after the other; of a whole one it says nothing. The builds are of a target of this test's
own, made by clang as fuzz/build.sh does it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from campaign import build_check  # noqa: E402

CLANG = shutil.which("clang++-19") or "clang++"
BRANCHES = "\n".join(f"  if (data[{i} % size] == {i % 250}) cells[{i}] += data[{i} % size] + cells[{(i * 7) % 300}];" for i in range(300))
TARGET = f"""#include <cstdint>
#include <cstdlib>
int cells[300];
extern "C" int ENTRY(const std::uint8_t* data, std::size_t size) {{
  if (size == 0) return 0;
  if (size == 5 && data[0] == 'C' && data[1] == 'R') std::abort();
{BRANCHES}
  return 0;
}}
"""
FUZZED, ADDRESS, UNDEFINED = "-fsanitize=fuzzer-no-link", "-fsanitize=address", "-fsanitize=undefined"


def built(folder, name, *flags, link=("-fsanitize=fuzzer",), text=TARGET, entry="LLVMFuzzerTestOneInput"):
    source = folder / f"{name}.cc"
    source.write_text(text.replace("ENTRY", entry))
    subprocess.run([CLANG, "-O1", "-c", *flags, str(source), "-o", f"{source}.o"], check=True)
    subprocess.run([CLANG, *[flag for flag in flags if flag in (ADDRESS, UNDEFINED)], f"{source}.o", *link, "-o", str(folder / name)], check=True)
    return folder / name


class BuildCheckTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workshop = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.workshop.cleanup)
        cls.shop = pathlib.Path(cls.workshop.name)
        cls.good = built(cls.shop, "good", FUZZED, ADDRESS)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name) / "out"
        self.out.mkdir()

    def put(self, program, name="target", seeds=(b"one", b"two")):
        shutil.copy(program, self.out / name)
        with zipfile.ZipFile(self.out / f"{name}_seed_corpus.zip", "w") as archive:
            for number, seed in enumerate(seeds):
                archive.writestr(f"seed-{number}", seed)

    def wrong(self, sanitizer="address", engine="libfuzzer"):
        return build_check.check(self.out, sanitizer, engine, say=lambda _: None)

    def expect(self, words, **how):
        problems = self.wrong(**how)
        self.assertTrue(any(words in problem for problem in problems), f"{words!r} is not said: {problems}")

    def test_of_a_whole_build_nothing_is_said(self):
        self.put(self.good)
        (self.out / "target.dict").write_text('# words\n"one"\nname="\\x01\\x02"\n')
        (self.out / "target.options").write_text("[libfuzzer]\nmax_len = 4096\n")
        self.assertEqual(self.wrong(), [])

    def test_an_empty_folder(self):
        self.expect("there is no program in it")

    def test_a_name_that_engines_do_not_take(self):
        self.put(self.good, "a+b")
        self.expect("its name has other characters")

    def test_a_program_without_the_entry(self):
        self.put(built(self.shop, "no_entry", FUZZED, ADDRESS, link=(), text=TARGET + "int main() { return ENTRY(nullptr, 0); }\n", entry="other"))
        self.expect("it has no LLVMFuzzerTestOneInput")

    def test_a_library_that_was_left_behind(self):
        library = self.shop / "libbeside.so"
        subprocess.run([CLANG, "-shared", "-fPIC", "-x", "c++", "-", "-o", str(library)], input='extern "C" int beside() { return 0; }', text=True, check=True)
        using = TARGET.replace("int cells", 'extern "C" int beside();\nint cells').replace("return 0;\n}\n", "return beside();\n}\n")
        self.put(built(self.shop, "left", FUZZED, ADDRESS, text=using, link=("-fsanitize=fuzzer", f"-L{self.shop}", "-lbeside")))
        self.expect("libbeside.so is not found once OUT is moved")

    def test_a_library_that_a_runner_does_not_have(self):
        library = self.shop / "libaway.so"
        subprocess.run([CLANG, "-shared", "-fPIC", "-x", "c++", "-", "-o", str(library)], input='extern "C" int away() { return 0; }', text=True, check=True)
        using = TARGET.replace("int cells", 'extern "C" int away();\nint cells').replace("return 0;\n}\n", "return away();\n}\n")
        self.put(built(self.shop, "away", FUZZED, ADDRESS, text=using, link=("-fsanitize=fuzzer", f"-L{self.shop}", "-laway", f"-Wl,-rpath,{self.shop}")))
        self.expect("which a runner does not have")

    def test_compiled_without_the_sanitizer(self):
        self.put(built(self.shop, "bare", FUZZED))
        self.expect("built for address, but __asan_report* is called 0 times")
        self.expect("built for undefined, but __ubsan_handle* is called", sanitizer="undefined")

    def test_another_sanitizer(self):
        self.put(self.good)
        self.expect("another sanitizer is in it", sanitizer="undefined")

    def test_no_counters_for_coverage(self):
        self.put(self.good)
        self.expect("there are no counters in it", sanitizer="coverage")

    def test_no_runtime_of_afl(self):
        self.put(self.good)
        self.expect("built for AFL++, but its runtime is not in it", engine="afl")

    def test_compiled_without_the_engine(self):
        self.put(built(self.shop, "blind", ADDRESS))
        self.expect("it was compiled without the engine's instrumentation")

    def test_a_program_that_does_not_run(self):
        text = TARGET.replace("int cells[300];", "int cells[300];\nstruct Early { Early() { std::_Exit(3); } } early;")
        self.put(built(self.shop, "early", FUZZED, ADDRESS, text=text))
        self.expect("it does not run: exit 3")

    def test_no_seeds(self):
        self.put(self.good)
        (self.out / "target_seed_corpus.zip").unlink()
        self.expect("there is no target_seed_corpus.zip")

    def test_an_empty_zip(self):
        self.put(self.good, seeds=())
        self.expect("target_seed_corpus.zip is empty")

    def test_a_zip_that_is_none(self):
        self.put(self.good)
        (self.out / "target_seed_corpus.zip").write_bytes(b"no zip")
        self.expect("or it is none")

    def test_seeds_that_break_something(self):
        self.put(self.good, seeds=(b"CRASH",))
        self.expect("its own seeds break something")

    def test_a_dictionary_that_no_engine_reads(self):
        self.put(self.good)
        (self.out / "target.dict").write_text('"one"\ntwo\n')
        self.expect("target.dict:2 is no entry of a dictionary")

    def test_options_without_their_section(self):
        self.put(self.good)
        (self.out / "target.options").write_text("max_len = 4096\n")
        self.expect("target.options has no [libfuzzer] section")


if __name__ == "__main__":
    unittest.main(verbosity=2)
