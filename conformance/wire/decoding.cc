// Reads what can be read of any payload and collects every reason why it is not the one encoding.
#include <fmt/format.h>

#include <algorithm>

#include "wire/encoding.h"

namespace coffer::conformance {
namespace {

using spec::FieldType;

/// Bounds on what a hostile payload can make the reader do.
constexpr std::size_t items_max = 4096;
constexpr int depth_max = 8;

struct Section {
  std::size_t data = 0, data_words = 0, pointers = 0, pointer_count = 0;  // word indices and counts
};

class Reader {
 public:
  Reader(View payload, std::vector<std::string>& defects) : defects_(defects) {
    if (payload.size() % 8 != 0) defect(fmt::format("{} octets are not a whole number of words", payload.size()));
    for (std::size_t i = 0; i + 8 <= payload.size(); i += 8) {
      std::uint64_t word = 0;
      for (std::size_t j = 8; j-- > 0;) word = word << 8 | payload[i + j];
      words_.push_back(word);
    }
    if (words_.empty()) defect("no root pointer");
  }

  std::optional<Section> root() { return words_.empty() ? std::nullopt : structure_at(0, "root"); }

  std::optional<Section> structure_at(std::size_t pointer, std::string_view what) {
    const std::uint64_t word = words_[pointer];
    if (word == 0) {
      defect(fmt::format("{}: a null pointer where a struct is due", what));
      return std::nullopt;
    }
    if ((word & 3) != 0) {
      defect(fmt::format("{}: {} where a struct pointer is due", what,
                         (word & 3) == 1   ? "a list pointer"
                         : (word & 3) == 2 ? "a far pointer"
                                           : "a capability"));
      return std::nullopt;
    }
    const auto start = target(pointer, word);
    const auto data_words = static_cast<std::size_t>(word >> 32 & 0xffff);
    const auto pointer_count = static_cast<std::size_t>(word >> 48);
    if (data_words + pointer_count == 0) return Section{0, 0, 0, 0};
    if (!start || *start + data_words + pointer_count > words_.size()) {
      defect(fmt::format("{}: the struct lies outside the payload", what));
      return std::nullopt;
    }
    return Section{*start, data_words, *start + data_words, pointer_count};
  }

  Message read(std::size_t layout_index, const Section& section, int depth) {
    const auto& layout = spec::struct_layouts[layout_index];
    Message message(layout.name);
    for (std::size_t i = layout.data_words; i < section.data_words; ++i)
      if (words_[section.data + i] != 0) defect(fmt::format("{}: a data word beyond the schema's", layout.name));
    for (std::size_t i = layout.pointers; i < section.pointer_count; ++i)
      if (words_[section.pointers + i] != 0) defect(fmt::format("{}: a pointer beyond the schema's", layout.name));
    for (std::uint32_t i = 0; i < layout.field_count; ++i)
      read_field(message.at(i), spec::field_layouts[layout.first_field + i], section, depth);
    return message;
  }

  std::uint64_t bits(const Section& section, std::size_t bit, unsigned count) const {
    if (bit / 64 >= section.data_words) return 0;
    const std::uint64_t value = words_[section.data + bit / 64] >> (bit % 64);
    return count == 64 ? value : value & ((std::uint64_t{1} << count) - 1);
  }

 private:
  void defect(std::string text) {
    if (defects_.size() < 8) defects_.push_back(std::move(text));
  }

  std::optional<std::size_t> target(std::size_t pointer, std::uint64_t word) const {
    const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) >> 2;
    const auto start = static_cast<std::int64_t>(pointer) + 1 + offset;
    if (start < 0 || start > static_cast<std::int64_t>(words_.size())) return std::nullopt;
    return static_cast<std::size_t>(start);
  }

  void read_field(Value& value, const spec::FieldLayout& field, const Section& section, int depth) {
    switch (field.type) {
      case FieldType::boolean: value = bits(section, field.offset, 1); return;
      case FieldType::u8: value = bits(section, field.offset, 8); return;
      case FieldType::u16: value = bits(section, field.offset, 16); return;
      case FieldType::u32: value = bits(section, field.offset, 32); return;
      case FieldType::u64: value = bits(section, field.offset, 64); return;
      case FieldType::i16: value = std::int64_t{static_cast<std::int16_t>(bits(section, field.offset, 16))}; return;
      case FieldType::i64: value = static_cast<std::int64_t>(bits(section, field.offset, 64)); return;
      case FieldType::text:
      case FieldType::data:
      case FieldType::list_u16:
      case FieldType::list_struct: break;
      case FieldType::structure: return;  // only in Control, which is read by its tag
    }
    if (field.offset >= section.pointer_count) return;
    const std::size_t pointer = section.pointers + field.offset;
    if (words_[pointer] != 0) read_list(value, field, pointer, depth);
  }

  void read_list(Value& value, const spec::FieldLayout& field, std::size_t pointer, int depth) {
    const std::uint64_t word = words_[pointer];
    const auto start = target(pointer, word);
    const auto element = static_cast<unsigned>(word >> 32 & 7);
    const auto count = static_cast<std::size_t>(word >> 35);
    const unsigned due = field.type == FieldType::list_u16 ? 3 : field.type == FieldType::list_struct ? 7 : 2;
    if ((word & 3) != 1 || element != due || !start) return defect(fmt::format("{}: not a pointer to a list of its type", field.name));
    if (field.type == FieldType::list_struct) return read_structs(value, field, *start, count, depth);
    const std::size_t octet_count = field.type == FieldType::list_u16 ? count * 2 : count;
    if (*start + (octet_count + 7) / 8 > words_.size()) return defect(fmt::format("{}: lies outside the payload", field.name));
    Octets octets(octet_count);
    for (std::size_t i = 0; i < octet_count; ++i) octets[i] = static_cast<std::uint8_t>(words_[*start + i / 8] >> (i % 8 * 8));
    if (field.type == FieldType::list_u16) {
      std::vector<std::uint16_t> numbers(count);
      for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::uint16_t>(octets[2 * i] | octets[2 * i + 1] << 8);
      value = std::move(numbers);
      return;
    }
    if (field.type == FieldType::text) {
      if (octets.empty() || octets.back() != 0)
        defect(fmt::format("{}: text without a terminating zero", field.name));
      else
        octets.pop_back();
    }
    value = std::move(octets);
  }

  void read_structs(Value& value, const spec::FieldLayout& field, std::size_t start, std::size_t word_count, int depth) {
    if (start + 1 + word_count > words_.size()) return defect(fmt::format("{}: lies outside the payload", field.name));
    const std::uint64_t tag = words_[start];
    const auto count = static_cast<std::size_t>(static_cast<std::uint32_t>(tag) >> 2);
    const auto data = static_cast<std::size_t>(tag >> 32 & 0xffff);
    const auto pointers = static_cast<std::size_t>(tag >> 48);
    if (data + pointers == 0) return defect(fmt::format("{}: elements that take no octets (MSG-008)", field.name));
    if (count > items_max || count * (data + pointers) > word_count || depth >= depth_max)
      return defect(fmt::format("{}: the list's tag promises more than there is", field.name));
    std::vector<Message> items;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = start + 1 + i * (data + pointers);
      items.push_back(read(static_cast<std::size_t>(field.structure), {first, data, first + data, pointers}, depth + 1));
    }
    value = std::move(items);
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::string>& defects_;
};

/// The last word on canonicity: encoding what was read gives the same octets.
void compare(Decoded& result, View payload, const Octets& again) {
  if (!result.defects.empty() || std::equal(payload.begin(), payload.end(), again.begin(), again.end())) return;
  const auto at = std::mismatch(payload.begin(), payload.end(), again.begin(), again.end()).first - payload.begin();
  result.defects.push_back(fmt::format("not canonical: differs from its own encoding at octet {} ({} octets here, {} canonical)", at,
                                       payload.size(), again.size()));
}

}  // namespace

Decoded decode(View payload) {
  Decoded result;
  Reader reader(payload, result.defects);
  const auto root = reader.root();
  if (!root) return result;
  const auto tag = reader.bits(*root, 0, 16);
  if (tag >= spec::message_rows.size()) {
    result.defects.push_back(fmt::format("union tag {} names no message", tag));
    return result;
  }
  const auto layout = static_cast<std::size_t>(spec::field_layouts[tag].structure);
  Section section;
  if (root->pointer_count == 0) {
    result.defects.push_back("the union member is a null pointer");
  } else if (const auto found = reader.structure_at(root->pointers, spec::struct_layouts[layout].name)) {
    section = *found;
  }
  result.message = reader.read(layout, section, 0);
  compare(result, payload, encode(*result.message));
  return result;
}

Decoded decode_plain(std::string_view structure, View payload) {
  Decoded result;
  Reader reader(payload, result.defects);
  if (const auto root = reader.root()) {
    result.message = reader.read(Message(structure).layout_index(), *root, 0);
    compare(result, payload, encode_plain(*result.message));
  }
  return result;
}

Decoded decode_metadata(View part) {
  // The message tells where it ends: decode all, then compare with the padded encoding of what was read.
  Decoded result;
  Reader reader(part, result.defects);
  if (const auto root = reader.root()) {
    result.message = reader.read(Message("block_metadata").layout_index(), *root, 0);
    compare(result, part, encode_metadata(*result.message));
  }
  return result;
}

}  // namespace coffer::conformance
