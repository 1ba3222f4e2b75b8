# The benchmarks, built optimised.
run_bench() {
  need build
  build release coffer_bench
  build/release/bin/coffer_bench "$@"
}
