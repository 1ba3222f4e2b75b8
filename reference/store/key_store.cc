#include "store/key_store.h"

#include <sys/stat.h>

#include <utility>

#include "fault/switch.h"

namespace coffer::store {
namespace {

constexpr std::int64_t format = 1;

// secure_delete: SQLite writes zeros over what it deletes, in the pages that it then writes; but when it moves rows from page to page it
// leaves copies in the room between them, and what was in pages before lies in the file until the log is brought over, and in the log until
// that is cut off; and what is cut off lies on the disk's blocks until something else comes there. So erase_remains() writes all that
// counts anew, brings the log over, and cuts log and file off only when zeros are there, before anything is acknowledged. SQLite brings
// over nothing by itself: it cuts the file off as well, and of a large one before zeros are there.
constexpr const char* settings =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA "
    "synchronous = FULL; PRAGMA temp_store = MEMORY;";
constexpr const char* tables =
    "BEGIN;"
    "CREATE TABLE key_records (user INTEGER NOT NULL, computer INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (user, computer)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE device_keys (user INTEGER NOT NULL, computer INTEGER NOT NULL, device_key BLOB NOT NULL, PRIMARY KEY (user, computer)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE verifiers (user INTEGER PRIMARY KEY NOT NULL, salt BLOB NOT NULL, rounds INTEGER NOT NULL, hash BLOB NOT NULL) STRICT, "
    "WITHOUT ROWID;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

Octets copy(View octets) { return {octets.begin(), octets.end()}; }

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::filesystem::path& directory, KeyStoreOptions options) {
  const auto file = directory / "keys.sqlite";
  const Trouble absent{Trouble::Kind::absent, file.string() + " is not there"};
  std::error_code none;
  if (const auto octets = std::filesystem::file_size(file, none); !options.make && (none || octets == 0)) return std::unexpected(absent);
  auto database = Database::open(file, Database::Access::read_write_create);
  if (!database) return std::unexpected(database.error());
  ::chmod(file.c_str(), S_IRUSR | S_IWUSR);  // before anything is in it; its log takes the same
  if (auto set = database->script(settings); !set) return std::unexpected(set.error());
  std::int64_t found = 0;
  if (auto read = database->run("PRAGMA user_version", {}, [&](const Row& row) { found = row.number(0); }); !read)
    return std::unexpected(read.error());
  if (found > format) return std::unexpected(Trouble{Trouble::Kind::newer, file.string() + ": written by a newer program; use that one"});
  if (found == 0 && !options.make) return std::unexpected(absent);
  if (found == 0)
    if (auto made = database->script(tables); !made) return std::unexpected(made.error());
  std::unique_ptr<KeyStore> store(new KeyStore(std::move(*database), std::move(options)));
  if (auto erased = store->erase_remains(); !erased) return std::unexpected(erased.error());
  return store;
}

// [KEY-036] A server MUST erase every octet of a replaced key record from its database, journal and free pages before it sends key_stored.
Result<void> KeyStore::erase_remains() {
  if (fault::on(fault::KEY_036_not_erased)) return {};
  auto erased = write_anew();
  if (erased) erasing_is_due_ = false;
  if (!erased && erased.error().kind != Trouble::Kind::corrupt)
    erased.error().what += "; what was changed stands, and what it replaced is erased with the next change or start";
  return erased;
}

Result<void> KeyStore::write_anew() {
  const auto cutting = [&] {
    if (options_.before_cutting) options_.before_cutting();
  };
  if (auto anew = database_.script("VACUUM"); !anew) return anew;
  if (auto over = database_.write_over_end(); !over) return over;
  cutting();
  if (auto brought = bring_log_over("PRAGMA wal_checkpoint(FULL)"); !brought) return brought;
  if (auto over = database_.write_over_log(); !over) return over;
  cutting();
  return bring_log_over("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<void> KeyStore::bring_log_over(std::string_view how) {
  bool complete = false;
  auto brought = database_.run(how, {}, [&](const Row& row) { complete = row.number(0) == 0; });
  if (brought && !complete)
    return std::unexpected(Trouble{Trouble::Kind::failed, "keys.sqlite: its log could not be brought over: somebody reads it"});
  return brought;
}

Result<void> KeyStore::finish_erasing() {
  const std::lock_guard lock(mutex_);
  return erasing_is_due_ ? erase_remains() : Result<void>();
}

Result<std::vector<std::pair<Owner, Octets>>> KeyStore::read(std::string_view sql, std::initializer_list<Value> values) {
  std::vector<std::pair<Owner, Octets>> found;
  auto done = database_.run(sql, values, [&](const Row& row) { found.push_back({{row.bits(0), row.bits(1)}, copy(row.octets(2))}); });
  if (!done) return std::unexpected(done.error());
  return found;
}

Result<Octets> KeyStore::record(const Owner& owner) {
  const std::lock_guard lock(mutex_);
  auto found = read("SELECT user, computer, record FROM key_records WHERE user = ? AND computer = ?", {owner.user, owner.computer});
  if (!found) return std::unexpected(found.error());
  return found->empty() ? Octets() : std::move(found->front().second);
}

Result<std::vector<std::pair<Owner, Octets>>> KeyStore::records() {
  const std::lock_guard lock(mutex_);
  return read("SELECT user, computer, record FROM key_records", {});
}

Result<std::vector<std::pair<Owner, Octets>>> KeyStore::records_of(std::uint64_t user) {
  const std::lock_guard lock(mutex_);
  return read("SELECT user, computer, record FROM key_records WHERE user = ?", {user});
}

// [KEY-035] A server MUST replace a key record in one transaction that is durable before it sends key_stored.
Result<void> KeyStore::keep(const KeyChange& change) {
  if (fault::on(fault::KEY_035_not_kept)) return {};
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  for (const auto& [owner, record] : change.records)
    if (auto done =
            database_.run("REPLACE INTO key_records (user, computer, record) VALUES (?, ?, ?)", {owner.user, owner.computer, View(record)});
        !done)
      return done;
  for (const auto& [user, verifier] : change.verifiers)
    if (auto done = database_.run("REPLACE INTO verifiers (user, salt, rounds, hash) VALUES (?, ?, ?, ?)",
                                  {user, View(verifier.salt), std::int64_t{verifier.rounds}, View(verifier.hash)});
        !done)
      return done;
  return transaction->commit();
}

Result<void> KeyStore::change(const KeyChange& change, const std::function<void()>& durable) {
  const std::lock_guard lock(mutex_);
  erasing_is_due_ = true;
  if (auto kept = keep(change); !kept) return kept;
  if (durable) durable();
  if (options_.before_erasing) options_.before_erasing();
  return erase_remains();
}

Result<Botan::secure_vector<std::uint8_t>> KeyStore::device_key(const Owner& owner, View fresh) {
  const std::lock_guard lock(mutex_);
  std::optional<Botan::secure_vector<std::uint8_t>> found;
  if (auto done = database_.run("SELECT device_key FROM device_keys WHERE user = ? AND computer = ?", {owner.user, owner.computer},
                                [&](const Row& row) { found.emplace(row.octets(0).begin(), row.octets(0).end()); });
      !done)
    return std::unexpected(done.error());
  if (found) return std::move(*found);
  if (auto made =
          database_.run("INSERT INTO device_keys (user, computer, device_key) VALUES (?, ?, ?)", {owner.user, owner.computer, fresh});
      !made)
    return std::unexpected(made.error());
  // The log begins anew instead of growing; where erasing is due, that brings it over. The key is kept either way.
  if (!erasing_is_due_) (void)bring_log_over("PRAGMA wal_checkpoint(PASSIVE)");
  return Botan::secure_vector<std::uint8_t>(fresh.begin(), fresh.end());
}

// [KEY-050] … and erase it when the computer or its user is no longer active.
Result<void> KeyStore::erase_device_keys(const std::function<bool(const Owner&)>& gone) {
  const std::lock_guard lock(mutex_);
  erasing_is_due_ = true;
  const auto all = read("SELECT user, computer, device_key FROM device_keys", {});
  if (!all) return std::unexpected(all.error());
  for (const auto& [owner, key] : *all)
    if (gone(owner))
      if (auto done = database_.run("DELETE FROM device_keys WHERE user = ? AND computer = ?", {owner.user, owner.computer}); !done)
        return done;
  return erase_remains();
}

Result<void> KeyStore::erase_user(std::uint64_t user) {
  const std::lock_guard lock(mutex_);
  erasing_is_due_ = true;
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  if (auto done = database_.run("DELETE FROM key_records WHERE user = ?", {user}); !done) return done;
  if (auto done = database_.run("DELETE FROM device_keys WHERE user = ?", {user}); !done) return done;
  if (auto done = database_.run("DELETE FROM verifiers WHERE user = ?", {user}); !done) return done;
  if (auto done = transaction->commit(); !done) return done;
  return erase_remains();
}

Result<std::map<std::uint64_t, KeptVerifier>> KeyStore::verifiers() {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, KeptVerifier> found;
  auto done = database_.run("SELECT user, salt, rounds, hash FROM verifiers", {}, [&](const Row& row) {
    const View hash = row.octets(3);
    found[row.bits(0)] = {copy(row.octets(1)), static_cast<std::uint32_t>(row.number(2)), {hash.begin(), hash.end()}};
  });
  if (!done) return std::unexpected(done.error());
  return found;
}

}  // namespace coffer::store
