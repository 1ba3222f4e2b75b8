// What a server keeps of keys: the key record of each archive, the device key of each computer, account passwords that were changed. A
// database of its own beside the index, which can be made anew from the packs, as this cannot. What is replaced leaves nothing behind: not
// in a free page, not in the write-ahead log, not if the process ends between any two steps. Must not know: what a key record says, escrow
// keys, sessions.
//
// Every operation may be called from any thread; they run one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <botan/secmem.h>

#include "protocol/octets.h"
#include "store/database.h"
#include "store/statement.h"
#include "store/trouble.h"

namespace coffer::store {

/// A changed password's verifier: it counts instead of what the account source says.
struct KeptVerifier {
  Octets salt;
  std::uint32_t rounds = 0;
  Botan::secure_vector<std::uint8_t> hash;
};

/// Everything that becomes durable together.
struct KeyChange {
  std::vector<std::pair<Owner, Octets>> records = {};                  // each in its older one's place
  std::vector<std::pair<std::uint64_t, KeptVerifier>> verifiers = {};  // by user
};

struct KeyStoreOptions {
  /// Whether one is made where there is none, or one with nothing in it; else that is Trouble absent.
  bool make = true;
  /// For tests: called when a change is durable and its remains are not erased yet.
  std::function<void()> before_erasing = {};
  /// For tests: called when zeros are in place of what the file has behind its end, which is then cut off, and of what the log has,
  /// likewise.
  std::function<void()> before_cutting = {};
};

class KeyStore {
 public:
  /// `keys.sqlite` of the directory; finishes the erasing that a former process did not come to.
  static Result<std::unique_ptr<KeyStore>> open(const std::filesystem::path& directory, KeyStoreOptions options = {});

  /// Empty where there is none.
  Result<Octets> record(const Owner& owner);
  Result<std::vector<std::pair<Owner, Octets>>> records();
  Result<std::vector<std::pair<Owner, Octets>>> records_of(std::uint64_t user);
  /// [KEY-035, KEY-036] Durable, and of what it replaced nothing left, when it returns without trouble. `durable` is called between the
  /// two: from then on the change stands, also where the erasing fails, which is then due.
  Result<void> change(const KeyChange& change, const std::function<void()>& durable = {});
  /// [KEY-036] Erases what an earlier change could not; to be asked before that change is acknowledged after all.
  Result<void> finish_erasing();

  /// The device key of the archive's computer: `fresh`, 32 octets, where there is none yet [KEY-050].
  Result<Botan::secure_vector<std::uint8_t>> device_key(const Owner& owner, View fresh);
  /// Erased for all archives of which `gone` says so.
  Result<void> erase_device_keys(const std::function<bool(const Owner&)>& gone);
  /// [KEY-041] Nothing of the user's keys is left when it returns.
  Result<void> erase_user(std::uint64_t user);

  Result<std::map<std::uint64_t, KeptVerifier>> verifiers();

 private:
  KeyStore(Database database, KeyStoreOptions options) : database_(std::move(database)), options_(std::move(options)) {}
  Result<void> keep(const KeyChange& change);
  Result<void> erase_remains();
  Result<void> write_anew();
  Result<void> bring_log_over(std::string_view how);
  Result<std::vector<std::pair<Owner, Octets>>> read(std::string_view sql, std::initializer_list<Value> values);

  std::mutex mutex_;
  Database database_;
  KeyStoreOptions options_;
  bool erasing_is_due_ = true;  // at first, because a former process may have ended before its erasing
};

}  // namespace coffer::store
