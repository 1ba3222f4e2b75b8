// Made by spec/tools/generate.py from spec/schema/coffer.capnp. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

enum class FieldType : std::uint8_t {
  boolean,
  u8,
  u16,
  u32,
  u64,
  i16,
  i64,
  text,
  data,
  list_u16,
  list_struct,
  structure,
};

struct FieldLayout {
  std::string_view name;
  FieldType type;
  std::uint32_t offset;  // bits into the data section, or the pointer's index
  std::int32_t structure;  // index into struct_layouts for structures and lists of them, else -1
};

struct StructLayout {
  std::string_view name;
  std::uint16_t data_words;
  std::uint16_t pointers;
  std::uint32_t first_field;  // index into field_layouts
  std::uint32_t field_count;
};

inline constexpr std::array<FieldLayout, 90> field_layouts{{
    {"disconnect", FieldType::structure, 0, 1},
    {"ping", FieldType::structure, 0, 2},
    {"pong", FieldType::structure, 0, 3},
    {"goodbye", FieldType::structure, 0, 4},
    {"version", FieldType::structure, 0, 5},
    {"proceed", FieldType::structure, 0, 6},
    {"computer", FieldType::structure, 0, 7},
    {"server_identity", FieldType::structure, 0, 8},
    {"login", FieldType::structure, 0, 9},
    {"login_accepted", FieldType::structure, 0, 10},
    {"config_state", FieldType::structure, 0, 11},
    {"config_push", FieldType::structure, 0, 13},
    {"config_ack", FieldType::structure, 0, 14},
    {"ready", FieldType::structure, 0, 15},
    {"offer_blocks", FieldType::structure, 0, 16},
    {"missing_blocks", FieldType::structure, 0, 17},
    {"commit_version", FieldType::structure, 0, 18},
    {"version_committed", FieldType::structure, 0, 19},
    {"list_versions", FieldType::structure, 0, 20},
    {"versions", FieldType::structure, 0, 22},
    {"restore_begin", FieldType::structure, 0, 23},
    {"restore_begun", FieldType::structure, 0, 24},
    {"fetch_blocks", FieldType::structure, 0, 25},
    {"blocks_fetched", FieldType::structure, 0, 26},
    {"restore_end", FieldType::structure, 0, 27},
    {"restore_ended", FieldType::structure, 0, 28},
    {"reason", FieldType::u16, 0, -1},
    {"token", FieldType::u64, 0, -1},
    {"token", FieldType::u64, 0, -1},
    {"protocol", FieldType::u16, 0, -1},
    {"major", FieldType::u16, 16, -1},
    {"minor", FieldType::u16, 32, -1},
    {"patch", FieldType::u16, 48, -1},
    {"time_zone_minutes", FieldType::i16, 64, -1},
    {"operating_system", FieldType::text, 0, -1},
    {"virtual_machine", FieldType::text, 1, -1},
    {"address", FieldType::text, 2, -1},
    {"major", FieldType::u16, 0, -1},
    {"minor", FieldType::u16, 16, -1},
    {"patch", FieldType::u16, 32, -1},
    {"guid", FieldType::u64, 0, -1},
    {"guid", FieldType::u64, 0, -1},
    {"registration_key", FieldType::text, 0, -1},
    {"user_name", FieldType::text, 1, -1},
    {"password", FieldType::data, 2, -1},
    {"computer", FieldType::u64, 0, -1},
    {"deferred", FieldType::boolean, 64, -1},
    {"user", FieldType::u64, 0, -1},
    {"permissions", FieldType::u32, 64, -1},
    {"version", FieldType::u64, 0, -1},
    {"name", FieldType::text, 0, -1},
    {"value", FieldType::text, 1, -1},
    {"locked", FieldType::boolean, 0, -1},
    {"version", FieldType::u64, 0, -1},
    {"settings", FieldType::list_struct, 0, 12},
    {"version", FieldType::u64, 0, -1},
    {"ids", FieldType::data, 0, -1},
    {"indices", FieldType::list_u16, 0, -1},
    {"number", FieldType::u64, 0, -1},
    {"previous", FieldType::data, 0, -1},
    {"link", FieldType::data, 1, -1},
    {"record", FieldType::data, 2, -1},
    {"number", FieldType::u64, 0, -1},
    {"from", FieldType::u64, 0, -1},
    {"number", FieldType::u64, 0, -1},
    {"link", FieldType::data, 0, -1},
    {"record", FieldType::data, 1, -1},
    {"entries", FieldType::list_struct, 0, 21},
    {"more", FieldType::boolean, 0, -1},
    {"version", FieldType::u64, 0, -1},
    {"purpose", FieldType::u16, 64, -1},
    {"ids", FieldType::data, 0, -1},
    {"missing", FieldType::list_u16, 0, -1},
    {"complete", FieldType::boolean, 0, -1},
    {"id", FieldType::data, 0, -1},
    {"checksum", FieldType::data, 1, -1},
    {"number", FieldType::u64, 0, -1},
    {"previous", FieldType::data, 0, -1},
    {"created_ns", FieldType::i64, 64, -1},
    {"depth", FieldType::u8, 128, -1},
    {"ids", FieldType::data, 1, -1},
    {"entry_count", FieldType::u64, 192, -1},
    {"content_octets", FieldType::u64, 256, -1},
    {"path", FieldType::data, 0, -1},
    {"type", FieldType::u16, 0, -1},
    {"mode", FieldType::u16, 16, -1},
    {"modified_ns", FieldType::i64, 64, -1},
    {"size", FieldType::u64, 128, -1},
    {"target", FieldType::data, 1, -1},
    {"blocks", FieldType::data, 2, -1},
}};

inline constexpr std::array<StructLayout, 32> struct_layouts{{
    {"control", 1, 1, 0, 26},
    {"disconnect", 1, 0, 26, 1},
    {"ping", 1, 0, 27, 1},
    {"pong", 1, 0, 28, 1},
    {"goodbye", 0, 0, 29, 0},
    {"version", 2, 3, 29, 8},
    {"proceed", 1, 0, 37, 3},
    {"computer", 1, 0, 40, 1},
    {"server_identity", 1, 0, 41, 1},
    {"login", 2, 3, 42, 5},
    {"login_accepted", 2, 0, 47, 2},
    {"config_state", 1, 0, 49, 1},
    {"setting", 1, 2, 50, 3},
    {"config_push", 1, 1, 53, 2},
    {"config_ack", 1, 0, 55, 1},
    {"ready", 0, 0, 56, 0},
    {"offer_blocks", 0, 1, 56, 1},
    {"missing_blocks", 0, 1, 57, 1},
    {"commit_version", 1, 3, 58, 4},
    {"version_committed", 1, 0, 62, 1},
    {"list_versions", 1, 0, 63, 1},
    {"version_entry", 1, 2, 64, 3},
    {"versions", 1, 1, 67, 2},
    {"restore_begin", 2, 0, 69, 2},
    {"restore_begun", 0, 0, 71, 0},
    {"fetch_blocks", 0, 1, 71, 1},
    {"blocks_fetched", 0, 1, 72, 1},
    {"restore_end", 1, 0, 73, 1},
    {"restore_ended", 0, 0, 74, 0},
    {"block_metadata", 0, 2, 74, 2},
    {"version_record", 5, 2, 76, 7},
    {"entry", 3, 3, 83, 7},
}};

}  // namespace coffer::spec
