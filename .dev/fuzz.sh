# Fuzz campaigns: ./dev fuzz COMMAND; needs clang with libFuzzer. `seeds` makes fuzz/corpus/ and fuzz/dict/ again from the specification and from
# what the conformance suite does; `build` runs fuzz/build.sh as an engine's host would, for one sanitizer and engine. For the rest see below.
run_fuzz() {
  case ${1:-} in
    seeds)
      [ $# = 1 ] || stop "fuzz seeds takes no arguments" $exit_usage
      need build
      build dev coffer-conform cofferd coffer
      step "judging the reference twice, for its transcripts"
      "$python" fuzz/seeds/seeds.py write
      return ;;
    build)
      need build fuzz
      fuzz_build "${2:-address}" "${3:-libfuzzer}"
      return ;;
    selftest)
      if [ "${2:-}" = --network ]; then
        fuzz_network "${@:3}"
        return
      fi ;;
  esac
  [ $# -gt 0 ] || stop "fuzz takes a command: ./dev help fuzz" $exit_usage
  need build fuzz
  # A mistake in the words is told before anything is built.
  case $1 in
    check-build|list|triage|show|repro|bisect) ;;
    selftest) build fuzz-faults fuzz_targets ;;
    coverage) build fuzz-coverage $("$python" fuzz/run.py coverage --programs) ;;
    run|smoke|reach|minimise|promote) build fuzz fuzz_targets ;;
  esac
  "$python" fuzz/run.py "$@"
}

# fuzz_network [FAULT-GLOB…]: coffer-conform fuzz against faulty references; without globs, those that it has to find.
fuzz_network() {
  . .dev/adapter.sh
  need build
  build dev coffer-conform
  build faults cofferd coffer
  local fault faults=() status=0
  [ $# -gt 0 ] || set -- $(grep -v '^#' fuzz/network_faults.txt)
  for fault in "$@"; do faults+=(--fault "$fault"); done
  build/dev/bin/coffer-conform fuzz --selftest --seed 1 --adapter "$(reference_adapter "$PWD/build/faults/bin")" "${faults[@]}" || status=$?
  return $status
}

# fuzz_build SANITIZER ENGINE: the contract's variables as OSS-Fuzz sets them, with Debian's compilers; into build/oss/ENGINE-SANITIZER.
fuzz_build() {
  local place=$PWD/build/oss/$2-$1 flags="-O1 -g1 -fno-omit-frame-pointer" engine=-fsanitize=fuzzer
  case $2:$1 in
    libfuzzer:address) flags+=" -fsanitize=address -fsanitize=fuzzer-no-link" ;;
    libfuzzer:undefined) flags+=" -fsanitize=undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fsanitize=fuzzer-no-link" ;;
    libfuzzer:coverage) flags+=" -fprofile-instr-generate -fcoverage-mapping" ;;
    # clang's own instrumentation and AFL++'s runtime: its compiler wrapper is of an older clang than these sources need.
    afl:address) flags+=" -fsanitize=address -fsanitize-coverage=trace-pc-guard" engine="/usr/lib/afl/libAFLDriver.a /usr/lib/afl/afl-compiler-rt.o" ;;
    *) stop "fuzz build takes address, undefined or coverage with libfuzzer, or address with afl" $exit_usage ;;
  esac
  own_directory build
  rm -rf "$place/out"
  env SRC="$PWD" WORK="$place/work" OUT="$place/out" CC=clang-19 CXX=clang++-19 CFLAGS="$flags" CXXFLAGS="$flags" LIB_FUZZING_ENGINE="$engine" \
    SANITIZER="$1" FUZZING_ENGINE="$2" ARCHITECTURE=x86_64 COFFER_JOBS="$jobs" fuzz/build.sh >&2 || stop "fuzz/build.sh failed" 1
  "$python" fuzz/run.py check-build "$place/out" --sanitizer "$1" --engine "$2"
}
