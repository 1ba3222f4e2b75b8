# One fuzz target for a while, or all of them briefly. Needs clang with libFuzzer; the runner keeps corpora and findings.
run_fuzz() {
  need build fuzz
  build fuzz fuzz_targets
  "$python" fuzz/run.py "$@"
}
