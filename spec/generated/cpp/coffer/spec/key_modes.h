// Made by spec/tools/generate.py from spec/tables/key_modes.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

/// Who can open an archive, by the value in a key record; a change goes to a higher one and never back [KEY-011].
enum class KeyMode : std::uint8_t {
  account_password = 1,
  archive_password = 2,
  custom = 3,
};

inline constexpr std::array<KeyMode, 3> all_key_modes{KeyMode::account_password, KeyMode::archive_password, KeyMode::custom};

/// A wrap that a server may keep.
enum class Escrowed : std::uint8_t {
  server_wrap,
  account_wrap,
  archive_wrap,
};

/// Whether a key record of the mode holds the wrap [KEY-006].
constexpr bool escrows(KeyMode mode, Escrowed wrap) {
  switch (mode) {
    case KeyMode::account_password: return wrap == Escrowed::server_wrap || wrap == Escrowed::account_wrap;
    case KeyMode::archive_password: return wrap == Escrowed::archive_wrap;
    case KeyMode::custom: return false;
  }
  return false;
}

/// Whether an administrator can restore.
constexpr bool administrator_opens(KeyMode mode) {
  switch (mode) {
    case KeyMode::account_password: return true;
    case KeyMode::archive_password: return false;
    case KeyMode::custom: return false;
  }
  return false;
}

/// Whether an administrator may forbid it.
constexpr bool can_be_forbidden(KeyMode mode) {
  switch (mode) {
    case KeyMode::account_password: return false;
    case KeyMode::archive_password: return true;
    case KeyMode::custom: return true;
  }
  return false;
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(KeyMode value) {
  switch (value) {
    case KeyMode::account_password: return "account_password";
    case KeyMode::archive_password: return "archive_password";
    case KeyMode::custom: return "custom";
  }
  return {};
}

}  // namespace coffer::spec
