// The server's side of one archive's key, as those who come to it find it: it keeps what it takes, and hands out what it may. Another
// user's computer, a stranger, has a device key there too.
#pragma once

#include <optional>

#include "keys/key_record.h"

namespace coffer::keys {

inline constexpr std::uint32_t few_rounds = 2;

class KeyServer {
 public:
  static constexpr ArchiveOwner owner{1, 2, 3}, stranger{4, 5, 3};

  virtual ~KeyServer() = default;

  virtual Octets record() = 0;
  /// [KEY-029] What fetch_key is answered with.
  virtual Octets shown() = 0;
  virtual PublicKey escrow_key() = 0;
  virtual Octets device_key(const ArchiveOwner& whose) = 0;
  /// Whether it is acknowledged. A process that dies acknowledges nothing.
  virtual bool keep(View record) = 0;
  /// [KEY-046] one-time key ‖ recovery_wrap, or nothing.
  virtual std::optional<Octets> open(const PublicKey& recipient) = 0;
  /// [KEY-044] Whether it was changed.
  virtual bool change_password(View current, View replacement) = 0;

  // An administrator's
  virtual void reset_password(View replacement) = 0;
  virtual void permit(std::uint16_t modes) = 0;
  /// [KEY-050] Computer and user, or one of them not.
  virtual void set_active(bool active) = 0;
  /// [KEY-040] Cut short: the next key is there, and nothing is wrapped for it yet.
  virtual void rotate_escrow_key(bool cut_short) = 0;
  virtual void purge() = 0;
  /// [KEY-056] What it keeps of keys is gone, changed passwords too, and its operator gives that up.
  virtual void lose_keys() = 0;
  /// What it keeps of keys, as it is; and that again in place of what there is, once a copy was taken.
  virtual void take_copy() = 0;
  virtual void put_back() = 0;
  /// The process ends at the next change, before what that replaced is erased; another one begins.
  virtual void die_at_the_next_change() = 0;

  /// What a thief takes: of the database, and of the files of escrow keys, these in octets.
  virtual Octets stored() const = 0;
  virtual Octets escrow_files() const = 0;
};

}  // namespace coffer::keys
