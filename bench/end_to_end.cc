#include <botan/auto_rng.h>

#include <fstream>

#include "benchmarks.h"
#include "deployment.h"

namespace coffer::bench {
namespace {

constexpr std::size_t file_octets = 4u << 20;

/// Random octets, so that nothing compresses and nothing is found twice: the dearest content there is.
std::size_t make_tree(const std::filesystem::path& folder, std::size_t octets) {
  std::filesystem::create_directories(folder);
  Botan::AutoSeeded_RNG random;
  std::vector<std::uint8_t> content(file_octets);
  std::size_t made = 0;
  for (int number = 0; made < octets; ++number, made += content.size()) {
    random.randomize(content.data(), content.size());
    std::ofstream(folder / std::to_string(number), std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  return made;
}

}  // namespace

Figures end_to_end(const std::filesystem::path& programs, std::size_t octets) {
  auto deployment = Deployment::start(programs, 1000);
  if (!deployment) return std::unexpected(deployment.error());
  const std::size_t content = make_tree(deployment->directory() / "tree", octets);
  if (auto made = deployment->make_device(); !made) return std::unexpected(made.error());

  std::expected<void, std::string> done;
  const auto timed = [&](std::vector<std::string> arguments) {
    return seconds([&] {
      if (done) done = deployment->coffer(std::move(arguments));
    });
  };
  const std::string tree = deployment->directory() / "tree";
  const double first = timed({"backup", tree});
  const double again = timed({"backup", tree});
  const double restored = timed({"restore", "1", "--target", deployment->directory() / "restored"});
  const double verified = timed({"verify", "1"});
  if (!done) return std::unexpected(done.error());

  const double copied =
      seconds([&] { std::filesystem::copy(tree, deployment->directory() / "copy", std::filesystem::copy_options::recursive); });
  const auto megabytes = static_cast<double>(content) / 1e6;
  const std::string group = "The programs over loopback (" + std::to_string(content >> 20) + " MiB of random files)";
  return std::vector<Figure>{{group, "backup", megabytes / first, "MB/s", megabytes / copied, "copying the tree"},
                             {group, "restore", megabytes / restored, "MB/s", megabytes / copied, "copying the tree"},
                             {group, "verify", megabytes / verified, "MB/s", {}, {}},
                             {group, "backup of the same again", again * 1000, "ms", {}, {}}};
}

}  // namespace coffer::bench
