// What this implementation makes of the input of one test vector (spec/vectors/README.md): nothing is decided here, each kind is handed to
// the function of protocol, keys or archive whose business it is. Must not know: what any vector expects.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace coffer::vectors {

using Json = nlohmann::json;

/// {"accepted": …} or {"refused": {"layer": …, "reason": …}}. Throws when the input is not of the kind's form.
using Answer = std::function<Json(const Json& input)>;

/// By kind, all that there are.
const std::map<std::string, Answer, std::less<>>& answers();

/// The answer of one kind; {"unimplemented": …} for a kind that is not in `answers`, {"error": …} for an input that cannot be read.
Json answer(std::string_view kind, const Json& input);

// Chapter 3.
Json header(const Json& input);
Json stream(const Json& input);
Json metadata(const Json& input);
Json encode_metadata(const Json& input);
Json message(const Json& input);
Json encode(const Json& input);
// Chapters 5 and 6.
Json server_handshake(const Json& input);
Json client_handshake(const Json& input);
// Chapter 7.
Json keys(const Json& input);
Json archive_identifier(const Json& input);
Json given_key(const Json& input);
Json password_wrap(const Json& input);
Json open_password_wrap(const Json& input);
Json agreement_wrap(const Json& input);
Json open_agreement_wrap(const Json& input);
Json device_wrap(const Json& input);
Json open_device_wrap(const Json& input);
Json read_key_record(const Json& input);
Json check_key_record(const Json& input);
Json seal_key_record(const Json& input);
// Chapter 8.
Json gear(const Json& input);
Json cuts(const Json& input);
Json block_id(const Json& input);
Json open_block(const Json& input);
Json seal_block(const Json& input);
Json link(const Json& input);
Json chain(const Json& input);
Json open_record(const Json& input);
Json seal_record(const Json& input);
Json leaf(const Json& input);
Json node(const Json& input);
Json id_list(const Json& input);
Json path_hash(const Json& input);

}  // namespace coffer::vectors
