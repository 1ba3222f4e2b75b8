# Judges the reference client and server with the suite, or, with --adapter or --connect among the arguments, another implementation.
# The arguments go on to `coffer-conform run`; its exit status is this command's.
run_conform() {
  local arguments=("$@") argument own=1
  for argument in "$@"; do
    case $argument in --adapter|--adapter=*|--connect|--connect=*) own=0 ;; esac
  done
  need build
  build dev coffer-conform cofferd coffer
  if [ $own = 1 ]; then arguments+=(--adapter "$PWD/interop/adapters/reference/adapter.py"); fi
  step "judging"
  rm -rf build/conform
  local status=0 report=$PWD/build/conform
  (cd "$called_from" && "$report/../dev/bin/coffer-conform" run --report "$report" "${arguments[@]}") || status=$?
  if [ -e "$report/report.html" ]; then step "report: $report/report.html"; fi
  return $status
}
