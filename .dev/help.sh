run_help() {
  cat <<'TEXT'
./dev COMMAND

  conform            set up, build, run the conformance suite against the reference, write build/conform/
  mutate             the reference with one fault at a time: does the suite notice? writes build/mutate/
  test [LANE…]       set up, build, run every test (main); again under sanitizers: asan tsan
  check              format, specification lint, generated files fresh, citations, architecture
  format             put the sources into the form that check asks for
  generate           make spec/generated/ again from the chapters, tables and schema
  model [--only NAME | --list | --deep]
                     the models of the specification: claims, covers, mutants, non-claims
  trace [ID…]        a requirement from its source to code, tests, cases, faults, models, vectors; without ID: all, by chapter
        --gate       what the last runs left without evidence; --accept ID…: its citations were looked at again; --help: more
  spec               the specification as one page of HTML, evidence beside each requirement: build/spec/index.html
  fuzz TARGET --seconds N | smoke | seeds
                     one fuzz target for N seconds, or every target briefly; or make the committed seeds again
  bench [ARGUMENT…]  the benchmarks
  help               this text

Every command installs what packages.txt lists for it when something is missing (apt-get, through sudo when not root).
COFFER_JOBS limits the build's parallelism. Exit status: 0 fine, 1 something failed, 64 usage, 69 this machine lacks something
(one line says what); `conform` passes on the suite's own status, see the README.
TEXT
}
