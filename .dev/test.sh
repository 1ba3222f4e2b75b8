# Builds and runs the tests by lane:
#   main   every test there is, as ./dev builds it: the lane of `./dev test` alone
#   asan   once more, unit, property and simulation tests under AddressSanitizer and UndefinedBehaviorSanitizer
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
      main) build dev; transitions_of tests; ctest_in dev || failed+=(main); replay_transitions tests || failed+=(transitions) ;;
      asan) build asan sanitized_tests; ctest_in asan -L sanitized || failed+=(asan) ;;
      tsan) build tsan threaded_tests; ctest_in tsan -L threaded || failed+=(tsan) ;;
    esac
  done
  [ ${#failed[@]} -eq 0 ] || stop "tests failed in: ${failed[*]}" 1
  step "all tests passed: ${lanes[*]}"
}

ctest_in() {
  local preset=$1
  shift
  step "testing ($preset)"
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 \
    ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error --timeout 900 --test-output-size-passed 16384 --output-junit junit.xml "$@"
}
