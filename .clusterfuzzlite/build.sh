#!/bin/bash -eu
exec "$SRC/coffer/fuzz/build.sh"
