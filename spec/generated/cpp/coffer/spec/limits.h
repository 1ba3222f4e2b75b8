// Made by spec/tools/generate.py from spec/tables/limits.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <cstdint>

namespace coffer::spec {

namespace limits {
inline constexpr std::uint64_t frame_header_octets = 6;  // [FRM-001]
inline constexpr std::uint64_t metadata_block_octets = 16;  // [FRM-006]
inline constexpr std::uint64_t control_octets_max = 65536;  // [FRM-008]
inline constexpr std::uint64_t data_octets_max = 4259840;  // [FRM-009]
inline constexpr std::uint64_t unverified_octets_max = 4096;  // [FRM-010]
inline constexpr std::uint64_t tls_handshake_octets_max = 65536;  // [CHN-010]
inline constexpr std::uint64_t text_octets_max = 255;  // [MSG-005]
inline constexpr std::uint64_t password_octets_max = 1024;  // [IDN-010]
inline constexpr std::uint64_t registration_key_octets = 16;  // [IDN-010]
inline constexpr std::uint64_t settings_max = 256;  // [CFG-003]
inline constexpr std::uint64_t setting_value_octets_max = 4096;  // [CFG-003]
inline constexpr std::uint64_t block_id_octets = 32;  // [ARC-047]
inline constexpr std::uint64_t blocks_per_request_max = 1024;  // [ARC-030]
inline constexpr std::uint64_t sealed_block_octets_min = 30;  // [ARC-012]
inline constexpr std::uint64_t sealed_block_octets_max = 4194304;  // [ARC-012]
inline constexpr std::uint64_t record_octets_max = 2048;  // [ARC-020]
inline constexpr std::uint64_t versions_per_answer_max = 24;  // [ARC-041]
inline constexpr std::uint64_t block_ids_per_answer_max = 1024;  // [ARC-106]
inline constexpr std::uint64_t releases_per_record_max = 65536;  // [ARC-154]
inline constexpr std::uint64_t pbkdf2_rounds_min = 100000;  // [IDN-012]
inline constexpr std::uint64_t protocol_version = 6;  // [SES-011]
inline constexpr std::uint64_t tls_port = 4287;  // [CHN-001]
inline constexpr std::uint64_t pbkdf2_rounds_max = 10000000;  // [KEY-019]
inline constexpr std::uint64_t key_record_octets_max = 262;  // [KEY-021]
inline constexpr std::uint64_t key_record_octets_min = 98;  // [KEY-021]
inline constexpr std::uint64_t agreement_key_octets = 32;  // [KEY-046]
inline constexpr std::uint64_t recovery_octets = 72;  // [KEY-046]
}  // namespace limits

}  // namespace coffer::spec
