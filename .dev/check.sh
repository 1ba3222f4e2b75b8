# `check`: everything about the text of the project that a program can judge; each check runs even when an earlier one failed.
# `format`: puts the sources into the form that `check` asks for.
run_check() {
  need build check
  local failed=()
  step "format"; check_format || failed+=(format)
  step "specification lint"; "$python" spec/tools/lint.py || failed+=(specification)
  step "generated files fresh"; "$python" spec/tools/generate.py --check || failed+=(generated)
  step "vectors fresh"; "$python" spec/tools/vectors.py --check || failed+=(vectors)
  step "traces of the tables"; "$python" spec/tools/paths.py || failed+=(traces)
  step "citations and coverage"; "$python" spec/tools/trace.py --check || failed+=(citations)
  step "architecture"; "$python" tests/architecture/check.py . || failed+=(architecture)
  [ ${#failed[@]} -eq 0 ] || stop "failed: ${failed[*]}" 1
  step "every check passed"
}

sources() {
  if [ -e .git ] && command -v git >/dev/null; then
    git ls-files --cached --others --exclude-standard -- '*.cc' '*.h'
  else
    find conformance fuzz interop reference tests bench \( -name '*.cc' -o -name '*.h' \) 2>/dev/null
  fi | grep -v '^spec/generated/' | while read -r file; do if [ -e "$file" ]; then echo "$file"; fi; done
}

check_format() {
  local unformatted
  unformatted=$(sources | xargs -r -P "$jobs" -n 1 sh -c 'clang-format-14 --dry-run -Werror "$1" >/dev/null 2>&1 || echo "  $1"' one | sort)
  [ -z "$unformatted" ] || { printf 'to be formatted (./dev format does it):\n%s\n' "$unformatted" >&2; return 1; }
}

run_format() {
  need check
  sources | xargs -r -P "$jobs" -n 16 clang-format-14 -i
}
