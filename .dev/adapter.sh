# reference_adapter DIRECTORY: the command that connects the suite to the reference's programs there.
reference_adapter() {
  local command words=("$python" "$PWD/interop/adapters/reference/adapter.py" --server "$1/cofferd" --client "$1/coffer")
  if [ -x "$1/coffer-vector" ]; then words+=(--vectors "$1/coffer-vector"); fi
  command=$(printf '%q ' "${words[@]}")
  printf '%s' "${command% }"
}
