# From a requirement to everything that enforces and proves it, by what the last runs left in build/; and the gates over that.
run_trace() {
  need build
  "$python" spec/tools/trace.py "$@"
}
