# transitions_of NAME: what is run from here on writes each step of its machines; replay_transitions NAME: every step was one that the tables allow.
transitions_of() {
  own_directory build/transitions
  rm -f "build/transitions/$1.ndjson"
  export COFFER_TRANSITIONS=$PWD/build/transitions/$1.ndjson
}

replay_transitions() {
  unset COFFER_TRANSITIONS
  step "the reference's own steps during this run, held against spec/tables/machines"
  "$python" spec/tools/trace.py --transitions "build/transitions/$1.ndjson" >&2
}
