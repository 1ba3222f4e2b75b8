# The benchmarks, built optimised. `bench archive` installs restic, rclone and borg, and compares coffer with them (about eight minutes).
run_bench() {
  if [ "${1:-}" = archive ]; then
    shift
    need build bench
    build release coffer cofferd
    "$python" bench/archive.py --programs build/release/bin --place build/bench "$@"
    return
  fi
  need build
  build release coffer_bench
  build/release/bin/coffer_bench "$@"
}
