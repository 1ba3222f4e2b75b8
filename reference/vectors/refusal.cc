#include "vectors/refusal.h"

#include <stdexcept>

namespace coffer::vectors {
namespace {

Json refusal(std::string_view layer, std::string_view reason) { return {{"refused", {{"layer", layer}, {"reason", reason}}}}; }

}  // namespace

Json accepted(Json output) { return {{"accepted", std::move(output)}}; }

Json refused(spec::Reason reason) {
  using enum spec::Reason;
  const auto is_any_of = [&](auto... reasons) { return ((reason == reasons) || ...); };
  const auto layer = reason == malformed_message                                           ? "encoding"
                     : reason == field_out_of_range                                        ? "field"
                     : is_any_of(unknown_frame_kind, bad_metadata_length, frame_too_large) ? "frame"
                                                                                           : "session";
  return refusal(layer, spec::name(reason));
}

Json refused(const protocol::Fault& fault) { return refused(fault.reason); }

Json refused(archive::ArchiveError error) {
  using enum archive::ArchiveError;
  switch (error) {
    case block_too_long: break;  // sealing refuses it, opening never does
    case sealed_length: return refusal("envelope", "sealed_length");
    case record_length: return refusal("envelope", "record_length");
    case unknown_format: return refusal("envelope", "unknown_format");
    case tag_wrong: return refusal("seal", "tag_wrong");
    case unknown_compression: return refusal("compression", "unknown_compression");
    case not_one_zstd_frame: return refusal("compression", "not_one_zstd_frame");
    case content_size: return refusal("compression", "content_size");
    case content_differs: return refusal("compression", "content_differs");
    case id_differs: return refusal("identity", "id_differs");
    case record_malformed: return refusal("encoding", "record_malformed");
    case entry_malformed: return refusal("encoding", "entry_malformed");
    case child_malformed: return refusal("encoding", "child_malformed");
    case rows_truncated: return refusal("encoding", "rows_truncated");
    case id_list_length: return refusal("encoding", "id_list_length");
    case record_out_of_range: return refusal("field", "record_out_of_range");
    case entry_out_of_range: return refusal("field", "entry_out_of_range");
    case path_unsafe: return refusal("field", "path_unsafe");
    case paths_not_ascending: return refusal("manifest", "paths_not_ascending");
    case place_differs: return refusal("manifest", "place_differs");
    case counts_differ: return refusal("manifest", "counts_differ");
    case record_differs: return refusal("chain", "record_differs");
    case link_differs: return refusal("chain", "link_differs");
    case number_not_next: return refusal("chain", "number_not_next");
    case rolled_back: return refusal("chain", "rolled_back");
    case not_to_be_retired: return refusal("chain", "not_to_be_retired");
  }
  throw std::logic_error(std::string(archive::describe(error)));
}

Json refused(keys::KeyError error) {
  switch (error) {
    case keys::KeyError::wrong_length: return refusal("key", "wrong_length");
    case keys::KeyError::weak: return refusal("key", "weak");
    case keys::KeyError::not_hex: break;
  }
  throw std::logic_error(std::string(keys::describe(error)));
}

Json refused(keys::WrapError error) {
  switch (error) {
    case keys::WrapError::wrap_length: return refusal("wrap", "wrap_length");
    case keys::WrapError::secret_of_zeros: return refusal("wrap", "secret_of_zeros");
    case keys::WrapError::wrap_broken: return refusal("wrap", "wrap_broken");
  }
  throw std::logic_error(std::string(keys::describe(error)));
}

Json refused(keys::KeyRecordError error) {
  using enum keys::KeyRecordError;
  switch (error) {
    case key_record_length: return refusal("key_record", "key_record_length");
    case unknown_key_record_format: return refusal("key_record", "unknown_key_record_format");
    case unknown_key_mode: return refusal("key_record", "unknown_key_mode");
    case generation_0: return refusal("key_record", "generation_0");
    case another_owner: return refusal("key_record", "another_owner");
    case rounds_out_of_range: return refusal("key_record", "rounds_out_of_range");
  }
  throw std::logic_error(std::string(keys::describe(error)));
}

Json refused(keys::KeyTagError error) {
  switch (error) {
    case keys::KeyTagError::check_differs: return refusal("key_tag", "check_differs");
    case keys::KeyTagError::tag_differs: return refusal("key_tag", "tag_differs");
  }
  throw std::logic_error("no such error");
}

}  // namespace coffer::vectors
