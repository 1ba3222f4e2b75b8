# The suite tried with faults: builds the reference with all of them, switches on one at a time, and shows which cases notice. First it proves
# that no fault is in the ordinary programs.
# The arguments go on to `coffer-conform mutate`; its exit status is this command's.
run_mutate() {
  . .dev/adapter.sh
  need build
  build dev coffer-conform cofferd coffer
  build faults cofferd coffer coffer-vector
  step "faults absent from the ordinary programs, present in these"
  # And in whatever else was built before, by whichever command; a release refuses to be configured with faults.
  local program programs=(build/dev/bin/{cofferd,coffer})
  for program in build/dev/bin/coffer-vector build/release/bin/{cofferd,coffer,coffer-vector,coffer_bench}; do
    if [ -x "$program" ]; then programs+=("$program"); fi
  done
  "$python" tests/faults/faults_test.py --absent "${programs[@]}"
  "$python" tests/faults/faults_test.py --present build/faults/bin/{cofferd,coffer,coffer-vector}
  step "trying the suite"
  local status=0 suite=$PWD/build/dev/bin/coffer-conform report=$PWD/build/mutate
  local exceptions=$PWD/interop/adapters/reference/mutate_exceptions.json
  (cd "$called_from" && "$suite" mutate --adapter "$(reference_adapter "$PWD/build/faults/bin")" --exceptions "$exceptions" --report "$report" "$@") || status=$?
  if [ -e "$report/mutate.html" ]; then step "report: $report/mutate.html"; fi
  return $status
}
