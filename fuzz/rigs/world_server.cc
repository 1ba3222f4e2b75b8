#include "rigs/world_server.h"

#include <botan/system_rng.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <fstream>

#include "protocol/samples.h"
#include "rigs/memory_vfs.h"
#include "rigs/oracle.h"
#include "server/account_source.h"
#include "store/index.h"
#include "store/key_store.h"

namespace coffer::fuzz {

namespace p = protocol;

namespace {

/// Where nothing reaches a disk, if there is such a place.
std::filesystem::path fresh_directory() {
  const std::filesystem::path memory = "/dev/shm";
  auto name = ((std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) / "coffer-world-XXXXXX").string();
  demand(::mkdtemp(name.data()) != nullptr, "a directory for the world's server can be made");
  return name;
}

template <typename Value>
Value must(std::expected<Value, store::Trouble> result) {
  if (!result) demand(false, result.error().what);
  return std::move(*result);
}

constexpr std::uint64_t worlds_of_a_store = 50;  // a new one is opened, and what worlds leave behind is looked through at each restart

store::WallTime no_time() { return {}; }

/// Renewed never: what the server's own key is, is no matter of sessions.
keys::AgreementKey escrow_key_of_the_world() { return keys::AgreementKey(keys::Secret(32, 0x42)); }

}  // namespace

struct WorldServer::Disk {
  Disk(const std::filesystem::path& at, store::MemoryFileSystem& files)
      : store(must(store::Store::open(at, files, no_time))), key_store(must(store::KeyStore::open(at))) {}
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::KeyStore> key_store;
};

struct WorldServer::Process {
  Process(accounts::Fixture fixture, Disk& disk)
      : settings{fixture.server_guid, server::rounds_taken(fixture)},
        directory(std::move(fixture), Botan::system_rng(), must(disk.store->bindings()),
                  [&disk](std::uint64_t computer, std::uint64_t user) -> std::expected<void, std::string> {
                    if (const auto kept = disk.store->bind(computer, user); !kept) return std::unexpected(kept.error().what);
                    return {};
                  }),
        keys(server::KeyKeeper::begin(settings, escrow_key_of_the_world(), directory, *disk.key_store, *disk.store).value()),
        backend(directory, *disk.store, *keys) {}

  server::KeyKeeperSettings settings;
  accounts::Directory directory;
  std::unique_ptr<server::KeyKeeper> keys;
  server::Backend backend;
};

WorldServer::WorldServer() : directory_(fresh_directory()) {
  memory_vfs::install();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("world", std::make_shared<spdlog::sinks::null_sink_mt>()));
  disk_ = std::make_unique<Disk>(directory_, packs_);
  disk_.reset();
  memory_vfs::keep();
  empty_packs_ = packs_.snapshot();
  std::ofstream(directory_ / store::index_name);  // what asks for the file and not for the database finds one
}
WorldServer::~WorldServer() {
  process_.reset();
  disk_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::uint64_t WorldServer::next_world() {
  if (worlds_ % worlds_of_a_store == 0) {
    disk_.reset();
    memory_vfs::put_back();
    packs_ = empty_packs_.snapshot();
    disk_ = std::make_unique<Disk>(directory_, packs_);
    events_read_ = 0;
  }
  return worlds_++ % worlds_of_a_store;
}
void WorldServer::begin(const People& people) { process_ = std::make_unique<Process>(people.fixture(), *disk_); }
void WorldServer::end() { process_.reset(); }
void WorldServer::restart(const People& people) {
  process_.reset();
  disk_.reset();
  disk_ = std::make_unique<Disk>(directory_, packs_);
  begin(people);
}

std::vector<p::ServerAnswer> WorldServer::answer(net::ConnectionId connection, const p::ServerAction& question) {
  auto& backend = process_->backend;
  const auto one = [](p::ServerAnswer answer) {
    std::vector<p::ServerAnswer> answers;
    answers.push_back(std::move(answer));
    return answers;
  };
  if (const auto* asked = std::get_if<p::CheckComputer>(&question)) return one(backend.check_computer(connection, *asked));
  if (const auto* asked = std::get_if<p::CheckLogin>(&question)) {
    auto said = backend.check_login(connection, *asked);
    if (auto* admitted = std::get_if<p::LoginAdmitted>(&said)) said = backend.enter(connection, std::move(*admitted));
    return one(std::move(said));
  }
  if (const auto* asked = std::get_if<p::FindMissing>(&question)) return one(backend.find_missing(connection, *asked));
  if (const auto* asked = std::get_if<p::CommitRequest>(&question)) return one(backend.commit(connection, *asked));
  if (const auto* asked = std::get_if<p::FindVersions>(&question)) return one(backend.find_versions(connection, *asked));
  if (const auto* asked = std::get_if<p::FindBlockIds>(&question)) return one(backend.find_block_ids(connection, *asked));
  if (const auto* asked = std::get_if<p::StageRelease>(&question)) return one(backend.stage_release(connection, *asked));
  if (const auto* asked = std::get_if<p::FindKey>(&question)) return one(backend.find_key(connection, *asked));
  if (const auto* asked = std::get_if<p::KeepKey>(&question)) return one(backend.keep_key(connection, *asked));
  if (const auto* asked = std::get_if<p::OpenKey>(&question)) return one(backend.open_key(connection, *asked));
  if (const auto* asked = std::get_if<p::SetPassword>(&question)) return one(backend.set_password(connection, *asked));
  if (const auto* asked = std::get_if<p::BeginRestore>(&question)) return one(backend.begin_restore(connection, *asked));
  if (const auto* asked = std::get_if<p::EndRestore>(&question)) return one(backend.end_restore(connection, *asked));
  return load(connection, std::get<p::LoadBlocks>(question));
}

std::vector<p::ServerAnswer> WorldServer::load(net::ConnectionId connection, const p::LoadBlocks& question) {
  std::vector<p::ServerAnswer> answers;
  p::BlocksLoaded end;
  for (std::size_t next = 0; next * 32 < question.ids.size();) {
    for (auto& block : process_->backend.load_blocks(connection, View(question.ids).subspan(next * 32), 1U << 20U)) {
      if (std::holds_alternative<net::BlockAbsent>(block)) end.missing.push_back(static_cast<std::uint16_t>(next));
      if (auto* loaded = std::get_if<p::BlockLoaded>(&block)) answers.emplace_back(std::move(*loaded));
      if (auto* failed = std::get_if<p::Failed>(&block)) return answers.emplace_back(std::move(*failed)), answers;
      ++next;
    }
  }
  answers.emplace_back(std::move(end));
  return answers;
}

std::optional<p::ServerAnswer> WorldServer::perform(net::ConnectionId connection, const p::ServerAction& action, bool of_a_user) {
  auto& backend = process_->backend;
  if (const auto* block = std::get_if<p::StoreBlock>(&action)) return backend.store_blocks(connection, {block, 1});
  if (const auto* note = std::get_if<p::Note>(&action))
    backend.note(connection, *note, of_a_user ? net::Whose::user : net::Whose::stranger);
  if (std::holds_alternative<p::Close>(action)) backend.closed(connection);
  return std::nullopt;
}

Octets WorldServer::key_record(std::uint64_t user, std::uint64_t computer) { return must(disk_->key_store->record({user, computer})); }

std::string WorldServer::events() {
  std::string lines;
  const auto read = store::read_events(directory_, events_read_ + 1, [&](const store::Event& event) {
    lines += event.event + " " + event.fields + "\n";
    events_read_ = event.number;
  });
  demand(read.has_value(), "the event log can be read");
  return lines;
}

}  // namespace coffer::fuzz
