# Judges the reference client and server with the suite, or, with --adapter or --connect among the arguments, another implementation.
# The arguments go on to `coffer-conform run`; its exit status is this command's. Without any, the report is the whole one of the reference, in
# build/conform, that `trace` and `spec` read; with some it goes to build/conform-part, so that part of a run is not taken for it.
run_conform() {
  . .dev/adapter.sh
  local arguments=("$@") argument own=1
  for argument in "$@"; do
    case $argument in
      --adapter|--adapter=*|--connect|--connect=*) own=0 ;;
      --report|--report=*) stop "conform has places of its own for its report; for another: build/dev/bin/coffer-conform run --report DIR …" $exit_usage ;;
    esac
  done
  need build
  build dev coffer-conform cofferd coffer coffer-vector
  if [ $own = 1 ]; then
    arguments+=(--adapter "$(reference_adapter "$PWD/build/dev/bin")")
  fi
  . .dev/transitions.sh
  local whole=0
  [ $# -gt 0 ] || whole=1
  if [ $whole = 1 ]; then transitions_of conform; fi
  step "judging"
  local status=0 suite=$PWD/build/dev/bin/coffer-conform report=$PWD/build/conform
  [ $whole = 1 ] || report=$PWD/build/conform-part
  rm -rf "$report.new"  # the last report stays until there is another
  # What a run makes and throws away need not reach a disk.
  if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
  (cd "$called_from" && "$suite" run --report "$report.new" "${arguments[@]}") || status=$?
  if [ $whole = 1 ] && [ -e build/transitions/conform.ndjson ] && ! replay_transitions conform && [ $status = 0 ]; then status=1; fi
  if [ -e "$report.new/report.html" ]; then
    rm -rf "$report"
    mv "$report.new" "$report"
    step "report: $report/report.html"
  else
    rm -rf "$report.new"
  fi
  return $status
}
