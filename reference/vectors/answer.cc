#include "vectors/answer.h"

#include <exception>

namespace coffer::vectors {

const std::map<std::string, Answer, std::less<>>& answers() {
  static const std::map<std::string, Answer, std::less<>> all = {
      {"header", header},
      {"stream", stream},
      {"metadata", metadata},
      {"encode_metadata", encode_metadata},
      {"message", message},
      {"encode", encode},
      {"server_handshake", server_handshake},
      {"client_handshake", client_handshake},
      {"keys", keys},
      {"archive_identifier", archive_identifier},
      {"given_key", given_key},
      {"password_wrap", password_wrap},
      {"open_password_wrap", open_password_wrap},
      {"agreement_wrap", agreement_wrap},
      {"open_agreement_wrap", open_agreement_wrap},
      {"device_wrap", device_wrap},
      {"open_device_wrap", open_device_wrap},
      {"read_key_record", read_key_record},
      {"check_key_record", check_key_record},
      {"seal_key_record", seal_key_record},
      {"gear", gear},
      {"cuts", cuts},
      {"block_id", block_id},
      {"open_block", open_block},
      {"seal_block", seal_block},
      {"link", link},
      {"chain", chain},
      {"open_record", open_record},
      {"seal_record", seal_record},
      {"leaf", leaf},
      {"node", node},
      {"id_list", id_list},
      {"path_hash", path_hash},
  };
  return all;
}

Json answer(std::string_view kind, const Json& input) try {
  const auto found = answers().find(kind);
  if (found == answers().end()) return {{"unimplemented", "there are no vectors of kind " + std::string(kind)}};
  return found->second(input);
} catch (const std::exception& wrong) {
  return {{"error", wrong.what()}};
}

}  // namespace coffer::vectors
