// No file of vectors goes unread.
#include <gtest/gtest.h>

#include "vector_file.h"

namespace coffer::golden {

TEST(Vectors, every_file_is_run_by_a_test) {
  const std::set<std::string> run = {"frames", "messages", "metadata", "handshake", "keys",      "wraps",  "key_records",
                                     "cuts",   "blocks",   "links",    "records",   "manifests", "session"};
  EXPECT_EQ(vector_files(), run);
}

}  // namespace coffer::golden
