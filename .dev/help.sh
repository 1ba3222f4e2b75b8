# What the commands are; of one command, its lines there, the head of its file, and the options of the program behind it. Installs and builds nothing.
run_help() {
  [ $# -le 1 ] || stop "usage: ./dev help [COMMAND]" $exit_usage
  if [ $# = 0 ] || [ "$1" = help ]; then
    every_command
    return
  fi
  local file
  file=$(file_of "$1")
  every_command | awk -v command="$1" '/^  [a-z]/ { on = $1 == command } /^[^ ]/ || /^$/ { on = 0 } on'
  printf '\n'
  sed -n '/^#/!q; s/^# \{0,1\}//p' ".dev/$file.sh"
  case $1 in
    trace) options_of "$python" spec/tools/trace.py --help ;;
    model) options_of "$python" spec/models/run.py --help ;;
    fuzz) options_of "$python" fuzz/run.py --help ;;
    conform) options_of build/dev/bin/coffer-conform run --help ;;
    mutate) options_of build/dev/bin/coffer-conform mutate --help ;;
    bench) options_of build/release/bin/coffer_bench --help ;;
  esac
}

# options_of PROGRAM ARGUMENT…: what the program says of its options, when it is there.
options_of() {
  printf '\n'
  if [ -x "$1" ]; then
    "$@"
  else
    printf 'Its options: %s %s, once it is built.\n' "$1" "${*:2}"
  fi
}

every_command() {
  cat <<'TEXT'
./dev COMMAND

  conform            set up, build, run the conformance suite against the reference, write build/conform/
  mutate             the reference with one fault at a time: does the suite notice? writes build/mutate/
  test [LANE…]       set up, build, run every test (main); again under sanitizers: asan tsan
  check              format, specification lint, generated files fresh, citations, architecture
  format             put the sources into the form that check asks for
  generate           make spec/generated/ again from the chapters, tables and schema
  model [--only NAME | --list | --deep | --traces]
                     the models of the specification: claims, covers, mutants, non-claims
  trace [ID…]        a requirement from its source to code, tests, cases, faults, models, vectors; without ID: all, by chapter
        --gate       what the last runs left without evidence; --accept ID…: its citations were looked at again; --help: more
  spec               the specification as one page of HTML, evidence beside each requirement: build/spec/index.html
  fuzz run [TARGET…] | smoke | reach | triage | minimise | show | repro | promote | bisect | selftest | coverage | build | check-build | seeds
                     fuzz campaigns and what becomes of their findings; the proof that planted faults are found; the committed seeds again
  fuzz selftest --network [FAULT…]
                     the same over the loopback, by coffer-conform fuzz, which sees nothing but the wire
  bench [ARGUMENT…]  the benchmarks
        archive      beside restic, borg and cp on one corpus, judged by ratios; --curve: what a file costs among a million
  help [COMMAND]     this text, or what there is to say of one command; so does ./dev COMMAND --help

Every command installs what packages.txt lists for it when something is missing (apt-get, through sudo when not root).
COFFER_JOBS limits the build's parallelism. Exit status: 0 fine, 1 something failed, 64 usage, 69 this machine lacks something
(one line says what); `conform` passes on the suite's own status, see the README.
TEXT
}
