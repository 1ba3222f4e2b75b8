// Text of any length, written a piece at a time: what is too much for memory lies in a file without a name, and where that
// cannot be written, in memory after all. Must not know: what it says.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "client/nameless_file.h"

namespace coffer::client {

class LongText {
 public:
  explicit LongText(std::string directory, std::size_t in_memory_max = std::size_t{1} << 20U)
      : in_memory_max_(in_memory_max), file_(std::move(directory)) {}

  void append(std::string_view text);
  bool empty() const { return size() == 0; }
  std::uint64_t size() const { return file_.size() + newest_.size(); }
  void clear();
  /// All of it, in order. Failure(local): the disk does not give it back.
  Outcome<void> each(const std::function<void(std::string_view)>& take) const;
  /// So many octets as `into` has, from an offset on, of what one append() brought. False: the disk does not give them back.
  bool read(std::uint64_t offset, std::string& into) const;

 private:
  std::size_t in_memory_max_;
  NamelessFile file_;
  std::string newest_;  // behind what is in the file
};

/// A part of a result that may be long: for people lines, for programs the items of an array of that name.
class LongList {
 public:
  LongList(std::string name, bool as_json, std::string directory)
      : name_(std::move(name)), as_json_(as_json), items_(std::move(directory)) {}
  void add(std::string_view item);
  const std::string& name() const { return name_; }
  const LongText& items() const { return items_; }

 private:
  std::string name_;
  bool as_json_;
  LongText items_;
};

}  // namespace coffer::client
