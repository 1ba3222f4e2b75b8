#include "client/entry_metadata.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "client/descriptor.h"
#include "client/file_time.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

constexpr std::uint32_t no_owner = 0xFFFFFFFF;  // to the system it means: as it is

/// The access time stays; the modification time is the entry's.
std::array<timespec, 2> times(const archive::Entry& entry) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t whole = entry.modified_ns / second, rest = entry.modified_ns % second;
  const bool before = rest < 0;  // the fraction counts upwards also in the years before 1970
  return {{{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = before ? whole - 1 : whole, .tv_nsec = before ? rest + second : rest}}};
}

constexpr mode_t lent_bits = S_ISUID | S_ISGID;
constexpr std::string_view owner_and_group = "owner and group";

std::string_view names_of(mode_t bits) {
  if (bits == (S_ISUID | S_ISGID)) return "set-user-id and set-group-id bits";
  return bits == S_ISUID ? "set-user-id bit" : "set-group-id bit";
}

}  // namespace

int set_times(int at, const char* name, const timespec times[2]) {
  return name == nullptr ? ::futimens(at, times) : ::utimensat(at, name, times, AT_SYMLINK_NOFOLLOW);
}

EntryMetadata::Owner EntryMetadata::owner_of(const archive::Entry& entry) {
  const auto user = entry.owner_name.empty() ? std::nullopt : owners_.user(entry.owner_name);
  const auto group = entry.group_name.empty() ? std::nullopt : owners_.group(entry.group_name);
  return {.user = user.value_or(entry.owner),
          .group = group.value_or(entry.group),
          .as_named = (user || entry.owner_name.empty()) && (group || entry.group_name.empty())};
}

void EntryMetadata::lack(std::string_view kind, const std::string& path, std::string why) {
  auto found = lacks_.find(kind);
  if (found == lacks_.end()) found = lacks_.emplace(kind, Lack{path, std::move(why), 0}).first;
  ++found->second.count;
}

// [ARC-080] A client MUST say of each kind of metadata that it could not restore what it is
Problems EntryMetadata::reduced() const {
  Problems problems;
  for (const auto& [kind, lack] : lacks_) {
    std::string what = fmt::format("is restored without its {}: {}", kind, lack.why);
    if (lack.count > 1) what += fmt::format(". Likewise {} others", lack.count - 1);
    problems.push_back({lack.path, std::move(what)});
  }
  return problems;
}

void EntryMetadata::set_attributes(const archive::Entry& entry, const AttributePlace& place, bool has_owner) {
  const auto wanted = [&](std::string_view name) {
    return std::ranges::find(entry.attributes, name, &archive::Attribute::name) != entry.attributes.end();
  };
  // What was there before may have others, and what is new gets a list from the directory around it, but for a link.
  if (entry.type != archive::EntryType::symbolic_link) {
    if (const auto present = read_attributes(place))
      for (const archive::Attribute& attribute : *present)
        if (!wanted(attribute.name) && place.remove(attribute.name.c_str()) != 0)
          lack(kind_of_attribute(attribute.name), entry.path, fmt::format("it has others that stay: {}", describe({errno})));
  }
  for (const archive::Attribute& attribute : entry.attributes) {
    if (attribute.name == capability_name && !has_owner) {
      lack(kind_of_attribute(attribute.name), entry.path, "it has not the owner and group that it had");
    } else if (place.set(attribute) != 0) {
      lack(kind_of_attribute(attribute.name), entry.path, describe({errno}));
    }
  }
}

void EntryMetadata::lack_names(const archive::Entry& entry) {
  lack("owner and group by name", entry.path, "this computer has no such names; the numbers are set");
}

std::vector<std::string_view> EntryMetadata::differences(const archive::Entry& entry, const struct stat& status,
                                                         const AttributePlace& place) {
  std::vector<std::string_view> kinds;
  const Owner owner = owner_of(entry);
  if (status.st_uid != owner.user || status.st_gid != owner.group) kinds.push_back(owner_and_group);
  // A link has the mode that the system gives it.
  const mode_t other = entry.type == archive::EntryType::symbolic_link ? 0 : (status.st_mode & 07777) ^ entry.mode;
  if (other != 0) kinds.push_back((other & ~lent_bits) == 0 && (other & ~entry.mode) == 0 ? names_of(other) : "mode");
  const auto present = read_attributes(place);
  if (!present) {
    kinds.push_back("extended attributes");
    return kinds;
  }
  const auto lacks = [&](const std::vector<archive::Attribute>& some, const std::vector<archive::Attribute>& others) {
    for (const archive::Attribute& attribute : some)
      if (std::ranges::find(others, attribute) == others.end()) kinds.push_back(kind_of_attribute(attribute.name));
  };
  lacks(entry.attributes, *present);
  lacks(*present, entry.attributes);
  std::ranges::sort(kinds);
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

// [ARC-084] A client MUST say of metadata that it finds different and leaves, as of metadata that it could not restore, in each run anew.
void EntryMetadata::leave(const archive::Entry& entry, const std::vector<std::string_view>& differences) {
  for (const std::string_view kind : differences)
    lack(kind, entry.path, "what was there already has another, and is left as it is: --overwrite sets it");
  const bool has_owner = std::ranges::find(differences, owner_and_group) == differences.end();
  if (has_owner && !owner_of(entry).as_named) lack_names(entry);
}

/// A file system takes a time that it cannot keep for the nearest that it can, and says nothing.
void EntryMetadata::look_at_time(const archive::Entry& entry, const struct stat& made) {
  if (nanoseconds(made.st_mtim) != entry.modified_ns)
    lack("modification time", entry.path, "the file system has the nearest that it can keep");
}

std::optional<std::int64_t> EntryMetadata::kept_time(const archive::Entry& entry, int fd) const {
  const auto when = times(entry);
  struct stat made {};
  if (set_times_(fd, nullptr, when.data()) != 0 || ::fstat(fd, &made) != 0) return std::nullopt;
  return nanoseconds(made.st_mtim);
}

int EntryMetadata::apply(const archive::Entry& entry, int fd) {
  const Owner owner = owner_of(entry);
  const bool possible = owner.user != no_owner && owner.group != no_owner;
  int refused = EINVAL;
  struct stat made {};  // most belong to whoever restores them: looking costs less than saying so again
  const bool theirs = ::fstat(fd, &made) == 0 && made.st_uid == owner.user && made.st_gid == owner.group;
  bool has_owner = possible && (theirs || ::fchown(fd, owner.user, owner.group) == 0);
  if (possible && !has_owner) {
    refused = errno;
    (void)!::fchown(fd, static_cast<uid_t>(no_owner), owner.group);  // one of the user's own groups, at least
  }
  if (!has_owner) lack(owner_and_group, entry.path, describe({refused}));
  if (has_owner && !owner.as_named) lack_names(entry);
  has_owner = has_owner && owner.as_named;
  // Before the mode, which may forbid it even to the owner.
  if ((made.st_mode & S_IWUSR) == 0) ::fchmod(fd, (made.st_mode & 07777) | S_IWUSR);
  set_attributes(entry, AttributePlace(fd), has_owner);
  // [ARC-048] A client MUST NOT set the set-user-id or set-group-id bit of a regular file that it restores unless the file has the owner
  // and the group that its entry states.
  const bool directory = entry.type == archive::EntryType::directory;
  const mode_t lent = directory || has_owner || fault::on(fault::ARC_048_keeps_the_bits) ? 0 : lent_bits;
  const mode_t kept_back = entry.mode & lent;
  if (::fchmod(fd, static_cast<mode_t>(entry.mode) & ~kept_back) != 0) return errno;
  if (kept_back != 0)
    lack(names_of(kept_back), entry.path, "it has not the owner and group that it had, and the bit would lend another's rights");
  const auto when = times(entry);
  if (set_times_(fd, nullptr, when.data()) != 0) return errno;
  if (::fstat(fd, &made) != 0) return errno;
  look_at_time(entry, made);
  return 0;
}

int EntryMetadata::apply(const archive::Entry& entry, int directory, const std::string& name) {
  const Owner owner = owner_of(entry);
  const bool possible = owner.user != no_owner && owner.group != no_owner;
  const bool has_owner = possible && ::fchownat(directory, name.c_str(), owner.user, owner.group, AT_SYMLINK_NOFOLLOW) == 0;
  if (!has_owner) lack(owner_and_group, entry.path, describe({possible ? errno : EINVAL}));
  if (entry.type != archive::EntryType::symbolic_link) {
    // By a descriptor, as the name may be another's by now.
    const Descriptor place(::openat(directory, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!place.open()) return errno;
    if (::chmod(fmt::format("/proc/self/fd/{}", place.fd()).c_str(), entry.mode) != 0) return errno;
  }
  set_attributes(entry, AttributePlace(directory, name), has_owner);
  const auto when = times(entry);
  struct stat made {};
  if (set_times_(directory, name.c_str(), when.data()) != 0) return errno;
  if (::fstatat(directory, name.c_str(), &made, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  look_at_time(entry, made);
  return 0;
}

}  // namespace coffer::client
