#include "cases/malformations.h"

#include "coffer/spec/messages.h"
#include "wire/message.h"

namespace coffer::conformance {

const std::vector<Malformation>& malformations() {
  static const std::vector<Malformation> all = {
      {"unknown_tag",
       "MSG-003",
       "its tag is the first that the schema does not have",
       {.union_tag = static_cast<std::uint16_t>(spec::message_rows.size())},
       true},
      {"largest_tag", "MSG-003", "its tag is 65,535", {.union_tag = 0xffff}, false},
      {"unknown_word", "MSG-004", "its struct has a data word that the schema does not have", {.unknown_word = 0x0123456789abcdef}, true},
      {"unknown_pointer", "MSG-004", "its struct has a pointer that the schema does not have", {.unknown_pointer = true}, false},
      {"untruncated", "MSG-002", "its structs keep trailing zero words and null pointers", {.untruncated = true}, true},
      {"empty_as_object",
       "MSG-002",
       "an empty text, data or list is a pointer to nothing instead of null",
       {.empty_as_object = true},
       false},
      {"segment_table", "MSG-002", "a segment table stands in front of it", {.segment_table = true}, true},
      {"two_segments", "MSG-002", "it is spread over two segments", {.two_segments = true}, false},
      {"children_reversed", "MSG-002", "its objects stand in another order than their pointers", {.children_reversed = true}, false},
      {"gap", "MSG-002", "a zero word stands between the root pointer and its struct", {.gap = true}, false},
      {"unterminated_text", "MSG-002", "its text does not end with a zero octet", {.unterminated_text = true}, false},
      {"dirty_padding", "MSG-002", "the octets that pad its text or data are not zero", {.dirty_padding = true}, false},
      {"null_root", "MSG-002", "its root pointer is null", {.root_pointer = 0}, false},
      {"root_out_of_bounds", "MSG-002", "its root pointer points behind its end", {.root_pointer = 0x0001000100000ffc}, false},
      {"root_points_back", "MSG-002", "its root pointer points in front of it", {.root_pointer = 0x00010001fffffff8}, false},
      {"root_is_a_list", "MSG-002", "its root is a list", {.root_pointer = 0x0000000a00000001}, false},
      {"root_is_far", "MSG-002", "its root is a far pointer", {.root_pointer = 0x0000000000000002}, false},
      {"trailing_word", "MSG-002", "a zero word follows it", {.trailing = Octets(8, 0)}, true},
      {"trailing_octet", "MSG-002", "one octet follows it", {.trailing = {0x2a}}, false},
      {"cut_to_one_word", "MSG-002", "it ends behind its root pointer", {.cut_to_octets = 8}, true},
      {"empty", "MSG-002", "its frame has no body", {.cut_to_octets = 0}, false},
  };
  return all;
}

Octets settings_of_nothing(std::uint8_t count) {
  // Control{tag 11} -> ConfigPush{version 1, settings} -> a list of no words whose tag says so many elements of nothing.
  auto payload = encode(config_push(1, {setting("a", "b")}));
  payload.resize(8 * 5);  // root, tag, pointer, version, list pointer
  const unsigned tag = count * 4U;
  const Octets list_of_nothing{0x01, 0, 0, 0, 0x07, 0, 0, 0, static_cast<std::uint8_t>(tag), static_cast<std::uint8_t>(tag >> 8),
                               0,    0, 0, 0, 0,    0};
  std::copy(list_of_nothing.begin(), list_of_nothing.begin() + 8, payload.end() - 8);
  payload.insert(payload.end(), list_of_nothing.begin() + 8, list_of_nothing.end());
  return payload;
}

}  // namespace coffer::conformance
