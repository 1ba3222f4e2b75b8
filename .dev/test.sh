# Builds and runs the tests by lane:
#   main   every test there is, as ./dev builds it: the lane of `./dev test` alone
#   asan   once more, all but the longest tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan   once more, the tests of the rooms that use threads, under ThreadSanitizer
run_test() {
  . .dev/transitions.sh
  local lane lanes=("$@") failed=()
  if [ ${#lanes[@]} -eq 0 ]; then lanes=(main); fi
  for lane in "${lanes[@]}"; do
    case $lane in main|asan|tsan) ;; *) stop "no such lane: $lane (main, asan, tsan)" $exit_usage ;; esac
  done
  need build model  # the model runner is tested with the checkers it runs
  for lane in "${lanes[@]}"; do
    case $lane in
      main) build dev; test_lane tests dev || failed+=(main) ;;
      asan) build asan sanitized_tests; test_lane asan asan -L sanitized || failed+=(asan) ;;
      tsan) build tsan threaded_tests; test_lane tsan tsan -L threaded || failed+=(tsan) ;;
    esac
  done
  [ ${#failed[@]} -eq 0 ] || stop "tests failed in: ${failed[*]}" 1
  step "all tests passed: ${lanes[*]}"
}

# test_lane TRANSITIONS PRESET [ctest arguments]: the tests of a lane, and the steps they made the reference's machines take.
test_lane() {
  local transitions=$1 status=0
  shift
  transitions_of "$transitions"
  ctest_in "$@" || status=1
  replay_transitions "$transitions" || status=1
  return $status
}

ctest_in() {
  local preset=$1
  shift
  step "testing ($preset)"
  # Botan's locked pool of memory would hide from a sanitizer who reads beyond a secret's end, or after it.
  local pool=()
  [ "$preset" = dev ] || pool=(BOTAN_MLOCK_POOL_SIZE=0)
  env "${pool[@]}" ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 \
    ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error --timeout 900 --test-output-size-passed 16384 --output-junit junit.xml "$@"
}
