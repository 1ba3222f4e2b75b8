#include "client/restore_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "client/small_file.h"

namespace coffer::client {
namespace {

constexpr std::size_t journal_octets_max = 1U << 30U;

// Of records. Files may be unfinished in a directory that was made as well as in one that was there.
constexpr char of_a_run = 'r', of_a_made_directory = 'm', of_a_directory = 'd';

constexpr std::string_view prefix_begins = ".coffer-";
constexpr std::size_t prefix_digits = 16;

std::string new_prefix() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) random = static_cast<std::uint64_t>(::getpid());
  return fmt::format("{}{:0{}x}.", prefix_begins, random, prefix_digits);
}

/// Nothing that a torn record makes of it may be taken for one: all that begins with it is removed.
bool is_prefix(std::string_view octets) {
  return octets.size() == prefix_begins.size() + prefix_digits + 1 && octets.starts_with(prefix_begins) && octets.ends_with('.') &&
         octets.find_first_not_of("0123456789abcdef", prefix_begins.size()) == octets.size() - 1;
}

}  // namespace

RestoreJournal::RestoreJournal(std::string file) : file_(std::move(file)), prefix_(new_prefix()) {
  if (file_.empty() || !take()) return;
  read();
  append(of_a_run, prefix_);
}

/// Opens and locks it. False: another restore has it.
bool RestoreJournal::take() {
  while (true) {
    open_ = Descriptor(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (open_.open() && ::flock(open_.fd(), LOCK_EX | LOCK_NB) == 0 && ::fstat(open_.fd(), &status) == 0) {
      if (status.st_nlink > 0) return true;
      continue;  // that other one has just ended, and taken its file away
    }
    open_ = Descriptor();
    return false;
  }
}

void RestoreJournal::read() {
  const auto before = read_small_file(file_, journal_octets_max);
  if (!before) return;
  std::string_view rest = before->text();
  for (std::size_t end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    const char kind = end > 0 ? rest.front() : '\0';
    const std::string octets(rest.substr(end > 0 ? 1 : 0, end > 0 ? end - 1 : 0));
    rest.remove_prefix(end + 1);
    if (kind == of_a_run && is_prefix(octets)) unfinished_.push_back({octets, {}});
    if (kind == of_a_made_directory) made_.insert(octets);
    if ((kind == of_a_made_directory || kind == of_a_directory) && !unfinished_.empty()) unfinished_.back().directory = octets;
  }
}

void RestoreJournal::made(const std::string& directory) {
  if (!open_.open()) return;
  made_.insert(directory);
  append(of_a_made_directory, directory);
  working_ = directory;
}

void RestoreJournal::work_in(const std::string& directory) {
  if (!open_.open() || directory == working_) return;
  append(of_a_directory, directory);
  working_ = directory;
}

/// In one call, so that a process that is killed leaves whole records. What is lost leaves a directory closed, or a file; nothing worse.
void RestoreJournal::append(char kind, const std::string& octets) {
  const std::string record = kind + octets + '\0';
  (void)!::write(open_.fd(), record.data(), record.size());
}

void RestoreJournal::forget() {
  if (open_.open()) ::unlink(file_.c_str());
  open_ = Descriptor();
}

}  // namespace coffer::client
