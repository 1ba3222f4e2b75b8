# Judges the reference client and server with the suite, or, with --adapter or --connect among the arguments, another implementation.
# The arguments go on to `coffer-conform run`; its exit status is this command's.
run_conform() {
  . .dev/adapter.sh
  local arguments=("$@") argument own=1
  for argument in "$@"; do
    case $argument in
      --adapter|--adapter=*|--connect|--connect=*) own=0 ;;
      --report|--report=*) stop "conform writes its report into build/conform; for another place: build/dev/bin/coffer-conform run --report DIR …" $exit_usage ;;
    esac
  done
  need build
  build dev coffer-conform cofferd coffer coffer-vector
  if [ $own = 1 ]; then
    arguments+=(--adapter "$(reference_adapter "$PWD/build/dev/bin")")
  fi
  . .dev/transitions.sh
  if [ $own = 1 ]; then transitions_of conform; fi
  step "judging"
  local status=0 suite=$PWD/build/dev/bin/coffer-conform report=$PWD/build/conform
  rm -rf "$report.new"  # the last report stays until there is another
  # What a run makes and throws away need not reach a disk.
  if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
  (cd "$called_from" && "$suite" run --report "$report.new" "${arguments[@]}") || status=$?
  if [ $own = 1 ] && [ -e build/transitions/conform.ndjson ] && ! replay_transitions conform && [ $status = 0 ]; then status=1; fi
  if [ -e "$report.new/report.html" ]; then
    rm -rf "$report"
    mv "$report.new" "$report"
    step "report: $report/report.html"
  else
    rm -rf "$report.new"
  fi
  return $status
}
