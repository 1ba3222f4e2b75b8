# Derives spec/generated/ again. Needs only Python and the schema compiler.
run_generate() {
  need build
  "$python" spec/tools/generate.py
}
