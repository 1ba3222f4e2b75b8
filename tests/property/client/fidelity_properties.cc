// Whatever a tree is made of and however it is edited, each version of it comes back with everything that a file system keeps of it.
// The trees are made and looked at with plain system calls, nothing of the client's.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "archive_fixture.h"

namespace coffer::client {

struct Step {
  std::uint8_t what;
  std::uint8_t where;  // which of what there is
  std::uint8_t name;
  std::uint32_t value;
};

inline void showValue(const Step& step, std::ostream& out) {
  out << "{" << int{step.what} << " at " << int{step.where} << " name " << int{step.name} << " value " << step.value << "}";
}

namespace {

// The same trees in every run; RC_PARAMS in the environment chooses others.
[[maybe_unused]] const int same_cases = setenv("RC_PARAMS", "seed=1", 0);

namespace fs = std::filesystem;

/// What a device of its own has: an archive, a cache, a scratch directory.
struct World : ArchiveTest {
  void TestBody() override {}
  using ArchiveTest::restored;
  using ArchiveTest::scratch_;

  bool back_up_special() {
    MemoryServer server(archive_);
    auto wanted = options({scratch_ / "source"});
    wanted.scan.special = true;
    const auto report = ArchiveTest::back_up(server, wanted);
    return report && report->problems.empty();
  }
  Outcome<RestoreReport> restore_special(std::uint64_t number, const std::string& target) {
    const ListedVersion wanted = version(number);
    MemoryServer server(archive_);
    return client::restore(server, keys_, wanted.record, {.target = scratch_ / target, .rules = {.special = true}});
  }
};

const std::array<std::string, 10> names{"a",     "A",        "b",       std::string(255, 'n'), "\xff\xfe", "new\nline", " ",
                                        "-dash", "\xc3\xa4", "file.txt"};

const bool privileged = ::geteuid() == 0;

/// A tree that steps are applied to. A step that the file system refuses is none.
class Tree {
 public:
  explicit Tree(std::string root) : root_(std::move(root)) { fs::create_directory(root_); }

  void apply(const Step& step) {
    const std::string directory = pick(directories(), step.where);
    const std::string fresh = directory + "/" + names.at(step.name % names.size());
    const std::string existing = pick(everything(), step.where);
    switch (step.what % 18) {
      case 0:
      case 1: return write(fresh, noise(step.value % 3'000, step.value));
      case 2: return write(fresh, noise(60'000 + step.value % 300'000, step.value));
      case 3: return (void)::mkdir(fresh.c_str(), 0755);
      case 4: return (void)::symlink(noise_of_letters(1 + step.value % 300).c_str(), fresh.c_str());
      case 5: return (void)::linkat(AT_FDCWD, existing.c_str(), AT_FDCWD, fresh.c_str(), 0);
      case 6: return (void)::mkfifo(fresh.c_str(), 0640);
      case 7: return sparse(fresh, step.value);
      case 8: return (void)::fchmodat(AT_FDCWD, existing.c_str(), mode(existing, step.value), 0);
      case 9:
        if (privileged) (void)!::lchown(existing.c_str(), step.value % 5, step.value % 7);
        return;
      case 10: return touch(existing, step.value);
      case 11: {
        const std::string value = noise(step.value % 200, step.value);
        return (void)::lsetxattr(existing.c_str(), step.value % 2 != 0 ? "user.one" : "user.two", value.data(), value.size(), 0);
      }
      case 12: return access_list(existing, step.value);
      case 13:
        if (privileged) (void)::lsetxattr(existing.c_str(), "trusted.coffer", "t", 1, 0);
        return;
      case 14: return capability(existing);
      case 15: {
        std::error_code ignored;
        if (existing != root_) fs::remove_all(existing, ignored);
        return;
      }
      case 16: return (void)::rename(existing.c_str(), fresh.c_str());
      default:
        if (privileged) (void)::mknod(fresh.c_str(), (step.value % 2 != 0 ? S_IFCHR : S_IFSOCK) | 0600, makedev(1, 3));
    }
  }

 private:
  static std::string noise_of_letters(std::size_t size) {
    std::string letters(size, 'l');
    for (std::size_t i = 7; i < size; i += 8) letters[i] = '/';
    return letters;
  }
  static std::string pick(const std::vector<std::string>& all, std::uint8_t which) { return all[which % all.size()]; }
  std::vector<std::string> everything() const {
    std::vector<std::string> all{root_};
    for (const auto& entry : fs::recursive_directory_iterator(root_)) all.push_back(entry.path().string());
    std::ranges::sort(all);
    return all;
  }
  std::vector<std::string> directories() const {
    auto all = everything();
    std::erase_if(all, [](const std::string& path) { return !fs::is_directory(fs::symlink_status(path)); });
    return all;
  }
  static void write(const std::string& path, const std::string& content) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (fd < 0) return;
    (void)!::write(fd, content.data(), content.size());
    ::close(fd);
  }
  static void sparse(const std::string& path, std::uint32_t value) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (fd < 0) return;
    for (std::uint32_t piece = 0; piece < value % 5; ++piece) {
      const std::string data = noise(1 + value % 9'000, value + piece);
      (void)!::pwrite(fd, data.data(), data.size(), static_cast<off_t>(piece) * 100'000 + value % 70'000);
    }
    (void)!::ftruncate(fd, 600'000 + static_cast<off_t>(value % 1'000'000));
    ::close(fd);
  }
  static mode_t mode(const std::string& path, std::uint32_t value) {
    const mode_t any = value & 07777;
    return privileged ? any : any | (fs::is_directory(fs::symlink_status(path)) ? 0700 : 0400);
  }
  static void touch(const std::string& path, std::uint32_t value) {
    const timespec when{.tv_sec = static_cast<time_t>(value) - 100'000, .tv_nsec = static_cast<long>(value % 1'000'000'000)};
    const timespec both[2] = {when, when};
    ::utimensat(AT_FDCWD, path.c_str(), both, AT_SYMLINK_NOFOLLOW);
  }
  /// user::rwx user:N:r-- group::r-x mask::r-x other::---, as the kernel takes it.
  static void access_list(const std::string& path, std::uint32_t value) {
    std::string list("\2\0\0\0", 4);
    const auto put = [&](std::uint16_t tag, std::uint16_t permissions, std::uint32_t id) {
      list.append(reinterpret_cast<const char*>(&tag), 2).append(reinterpret_cast<const char*>(&permissions), 2);
      list.append(reinterpret_cast<const char*>(&id), 4);
    };
    put(1, 7, 0xFFFFFFFF), put(2, 4, value % 9), put(4, 5, 0xFFFFFFFF), put(0x10, 5, 0xFFFFFFFF), put(0x20, 0, 0xFFFFFFFF);
    const char* name = value % 3 == 0 ? "system.posix_acl_default" : "system.posix_acl_access";
    ::lsetxattr(path.c_str(), name, list.data(), list.size(), 0);
  }
  static void capability(const std::string& path) {
    const std::array<std::uint32_t, 5> binds_ports{0x02000001, 1U << 10U, 0, 0, 0};
    if (privileged) ::lsetxattr(path.c_str(), "security.capability", binds_ports.data(), sizeof binds_ports, 0);
  }

  std::string root_;
};

std::string attributes_of(const std::string& path) {
  std::array<char, 65'536> list;
  const ssize_t length = ::llistxattr(path.c_str(), list.data(), list.size());
  std::map<std::string, std::string> all;
  for (ssize_t at = 0; at < length; at += static_cast<ssize_t>(std::strlen(&list[static_cast<std::size_t>(at)])) + 1) {
    const std::string name(&list[static_cast<std::size_t>(at)]);
    std::array<char, 65'536> value;
    const ssize_t octets = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (octets >= 0) all[name] = std::string(value.data(), static_cast<std::size_t>(octets));
  }
  std::string text;
  for (const auto& [name, value] : all) text += " " + name + "=" + std::to_string(std::hash<std::string>{}(value));
  return text;
}

std::string content_of(const std::string& path, off_t size) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW);
  std::string holes;
  for (off_t at = 0; at < size;) {
    const off_t data = ::lseek(fd, at, SEEK_DATA);
    if (data < 0) break;
    at = ::lseek(fd, data, SEEK_HOLE);
    holes += " " + std::to_string(data) + "-" + std::to_string(at);
  }
  std::string content(static_cast<std::size_t>(size), '\0');
  const ssize_t count = ::pread(fd, content.data(), content.size(), 0);
  ::close(fd);
  return std::to_string(count) + " octets " + std::to_string(std::hash<std::string>{}(content)) + " data" + holes;
}

/// Path -> everything that is to come back.
std::map<std::string, std::string> all_of(const std::string& root) {
  std::map<std::string, std::string> all;
  std::map<std::pair<dev_t, ino_t>, std::string> first_names;
  std::vector<std::string> paths{root};
  for (const auto& entry : fs::recursive_directory_iterator(root)) paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    struct stat status {};
    ::lstat(path.c_str(), &status);
    const std::string relative = path.substr(root.size());
    std::ostringstream text;
    text << std::oct << status.st_mode << std::dec << " " << status.st_uid << ":" << status.st_gid << " " << status.st_mtim.tv_sec << "."
         << status.st_mtim.tv_nsec << attributes_of(path);
    if (S_ISREG(status.st_mode)) text << " " << content_of(path, status.st_size);
    if (S_ISLNK(status.st_mode)) text << " -> " << fs::read_symlink(path).string();
    if (S_ISCHR(status.st_mode)) text << " device " << major(status.st_rdev) << "," << minor(status.st_rdev);
    if (!S_ISDIR(status.st_mode)) text << " is " << first_names.emplace(std::pair(status.st_dev, status.st_ino), relative).first->second;
    all[relative] = text.str();
  }
  return all;
}

/// Until the clock of the file system's time stamps has moved, so that an edit shows in them.
void await_the_next_tick() {
  timespec begin{}, now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &begin);
  do ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  while (now.tv_sec == begin.tv_sec && now.tv_nsec == begin.tv_nsec);
}

void expect_same(const std::map<std::string, std::string>& wanted, const std::map<std::string, std::string>& got) {
  for (const auto& [path, text] : wanted) {
    const auto found = got.find(path);
    RC_ASSERT(found != got.end());
    RC_LOG() << path << "\n  was  " << text << "\n  is   " << found->second << "\n";
    RC_ASSERT(found->second == text);
  }
  RC_ASSERT(got.size() == wanted.size());
}

}  // namespace
}  // namespace coffer::client

namespace rc {
template <>
struct Arbitrary<coffer::client::Step> {
  static Gen<coffer::client::Step> arbitrary() {
    using coffer::client::Step;
    return gen::build<Step>(
        gen::set(&Step::what, gen::inRange<std::uint8_t>(0, 18)), gen::set(&Step::where, gen::inRange<std::uint8_t>(0, 250)),
        gen::set(&Step::name, gen::inRange<std::uint8_t>(0, 10)), gen::set(&Step::value, gen::inRange<std::uint32_t>(0, 4'000'000'000U)));
  }
};
}  // namespace rc

namespace coffer::client {
namespace {

RC_GTEST_PROP(Fidelity, every_version_of_any_tree_comes_back_as_it_was, (const std::vector<Step>& first, const std::vector<Step>& edits)) {
  World world;
  Tree tree(world.scratch_ / "source");
  for (const Step& step : first) tree.apply(step);
  const auto before = all_of(world.scratch_ / "source");
  RC_ASSERT(world.back_up_special());
  await_the_next_tick();
  for (const Step& step : edits) tree.apply(step);
  const auto after = all_of(world.scratch_ / "source");
  RC_ASSERT(world.back_up_special());

  for (const auto& [number, wanted] : {std::pair(1, before), std::pair(2, after)}) {
    const std::string target = "target-" + std::to_string(number);
    const auto report = world.restore_special(static_cast<std::uint64_t>(number), target);
    RC_ASSERT(report.has_value());
    for (const Problem& problem : report->problems) RC_LOG() << problem.path << " " << problem.what << "\n";
    for (const Problem& problem : report->reduced) RC_LOG() << problem.path << " " << problem.what << "\n";
    RC_ASSERT(report->problems.empty());
    RC_ASSERT(report->reduced.empty());
    expect_same(wanted, all_of(world.scratch_ / world.restored("source", target)));
  }
}

RC_GTEST_PROP(Fidelity, a_restore_that_is_run_again_fetches_nothing, (const std::vector<Step>& steps)) {
  World world;
  Tree tree(world.scratch_ / "source");
  for (const Step& step : steps) tree.apply(step);
  RC_ASSERT(world.back_up_special());
  RC_ASSERT(world.restore_special(1, "target").has_value());
  const auto wanted = all_of(world.scratch_ / world.restored());
  const auto again = world.restore_special(1, "target");
  RC_ASSERT(again.has_value());
  for (const Problem& problem : again->problems) RC_LOG() << problem.path << " " << problem.what << "\n";
  RC_ASSERT(again->problems.empty());
  RC_ASSERT(again->files + again->links + again->special == 0u);
  expect_same(wanted, all_of(world.scratch_ / world.restored()));
}

}  // namespace
}  // namespace coffer::client
