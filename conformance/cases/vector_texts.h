// The files of test vectors, as they were when the suite was built; but for the worked session, which is judged on the wire.
#pragma once

#include <string_view>
#include <vector>

namespace coffer::conformance {

struct VectorText {
  std::string_view name;  // of the file, without .json
  std::string_view text;
};
const std::vector<VectorText>& vector_texts();

}  // namespace coffer::conformance
