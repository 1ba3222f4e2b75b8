# The specification as one page of HTML, with the evidence that the last runs left in build/: build/spec/index.html.
run_spec() {
  [ $# -eq 0 ] || stop "usage: ./dev spec" $exit_usage
  need build
  own_directory build
  "$python" spec/tools/render.py build/spec/index.html
  step "the specification: $PWD/build/spec/index.html"
}
