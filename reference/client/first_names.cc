#include "client/first_names.h"

namespace coffer::client {

FirstNames::Identity FirstNames::identity(const Found& found) {
  return {found.stamp.device, found.stamp.inode, found.born_ns, found.entry.target};
}

const std::string* FirstNames::find(const Found& found) const {
  const auto first = names_.find(identity(found));
  return first == names_.end() ? nullptr : &first->second;
}

void FirstNames::add(const Found& found) { names_[identity(found)] = found.entry.path; }

}  // namespace coffer::client
