# Derives spec/generated/ again. Needs Python, the schema compiler and Graphviz.
run_generate() {
  need build check
  "$python" spec/tools/generate.py
  "$python" spec/tools/vectors.py
}
