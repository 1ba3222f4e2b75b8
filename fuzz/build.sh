#!/bin/bash -eu
# Builds every target for an engine of somebody else's, from the variables of that contract alone (OSS-Fuzz, ClusterFuzzLite):
#   CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE   compiler, instrumentation, what is linked in place of main()
#   SRC WORK OUT                                where the sources are, where to build, what is handed over
#   SANITIZER FUZZING_ENGINE                    address, undefined, coverage; libfuzzer, afl
# OUT then has TARGET, TARGET_seed_corpus.zip, TARGET.dict, TARGET.options and the shared libraries in lib/.
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${WORK:?}" "${OUT:?}" "${CXX:?}" "${LIB_FUZZING_ENGINE:?}"
mkdir -p "$OUT/lib" "$WORK"

cmake -S "$sources" -B "$WORK/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCOFFER_FUZZ=ON -DCOFFER_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
  -DCMAKE_C_COMPILER="${CC:-cc}" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_C_FLAGS="${CFLAGS:-}" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}"
cmake --build "$WORK/build" -j "${COFFER_JOBS:-$(nproc)}" --target fuzz_engines

for source in "$sources"/fuzz/targets/*.cc; do
  target=$(basename "$source" .cc)
  [ "$target" = canary ] && continue
  cp "$WORK/build/bin/fuzz_$target" "$OUT/$target"
done
python3 "$sources/fuzz/companions.py" "$OUT"

# What a base system does not have goes along; the programs look for it beside themselves.
for program in "$OUT"/*; do
  if [ -x "$program" ] && [ -f "$program" ]; then ldd "$program" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }'; fi
done | sort -u | while read -r library; do
  case $(basename "$library") in
    libc.so*|libm.so*|libpthread*|librt.so*|libdl.so*|libgcc_s*|libstdc++*|libresolv*) ;;
    *) cp -Lu "$library" "$OUT/lib/" ;;
  esac
done
