// How the sanitizer works in an engine: what costs a third of its time or more and finds little is left to the replays, which have the
// sanitizer's own ways, and show again what an engine found.
extern "C" [[gnu::used, gnu::visibility("default")]] const char* __asan_default_options() {
  return "malloc_context_size=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=16:detect_stack_use_after_return=0:max_malloc_fill_"
         "size=0";
}
