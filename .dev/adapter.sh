# reference_adapter DIRECTORY: the command that connects the suite to the reference's programs there.
reference_adapter() {
  local command
  command=$(printf '%q ' "$python" "$PWD/interop/adapters/reference/adapter.py" --server "$1/cofferd" --client "$1/coffer")
  printf '%s' "${command% }"
}
