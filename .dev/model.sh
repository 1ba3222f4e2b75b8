# The models of the specification, by the checkers that Debian ships: claims, covers, mutants, non-claims. Nothing is compiled for it but the models themselves.
# Without arguments the field-necessity table is made again too, and compared. The arguments go on to spec/models/run.py (--list, --only NAME, --deep, --traces); its exit status is this command's.
run_model() {
  need build model
  own_directory build
  "$python" spec/models/run.py --json build/model/report.json "$@" || return
  if [ $# = 0 ]; then "$python" spec/models/necessity.py --check; fi
}
