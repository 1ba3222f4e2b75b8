# Where one requirement lives: its sentence, the code that enforces it, the tests, cases and vectors that name it.
run_trace() {
  [ $# -eq 1 ] || stop "usage: ./dev trace ID, for example ./dev trace FRM-012" $exit_usage
  need build
  "$python" .dev/trace.py "$1"
}
