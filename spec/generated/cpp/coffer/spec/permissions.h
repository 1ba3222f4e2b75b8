// Made by spec/tools/generate.py from spec/tables/permissions.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

namespace permissions {
inline constexpr std::uint32_t backup = 1u;
inline constexpr std::uint32_t restore = 2u;
}  // namespace permissions

struct RoleRow {
  std::string_view name;
  std::uint32_t permissions;
};

inline constexpr std::array<RoleRow, 2> role_rows{{
    {"desktop_user", 1u},
    {"console_user", 2u},
}};

}  // namespace coffer::spec
