# One fuzz target for a while, or all of them briefly: needs clang with libFuzzer; the runner keeps corpora and findings.
# `seeds` makes fuzz/corpus/ again from the specification and from what the conformance suite does.
run_fuzz() {
  if [ "${1:-}" = seeds ]; then
    [ $# = 1 ] || stop "fuzz seeds takes no arguments" $exit_usage
    need build
    build dev coffer-conform cofferd coffer
    step "judging the reference twice, for its transcripts"
    "$python" fuzz/seeds/seeds.py write
    return
  fi
  local targets=(fuzz/targets/*.cc)
  targets=("${targets[@]##*/}")
  case " smoke list -h --help ${targets[*]%.cc} " in
    *" ${1:-none given} "*) ;;
    *) stop "fuzz takes a target, smoke, list or seeds; targets: ${targets[*]%.cc}" $exit_usage ;;
  esac
  need build fuzz
  build fuzz fuzz_targets
  "$python" fuzz/run.py "$@"
}
