// Cap'n Proto's canonical form, written from the layout tables, with the departures that a Forge asks for.
#include "wire/encoding.h"

#include <algorithm>
#include <stdexcept>

namespace coffer::conformance {
namespace {

using spec::FieldType;
using Words = std::vector<std::uint64_t>;

/// A struct about to be laid out: its data section, and for each pointer what it leads to.
struct Object {
  enum class What : std::uint8_t { null, structure, octets, u16_list, struct_list } what = What::null;
  Words data = {};                    // structure
  std::vector<Object> pointers = {};  // structure; elements of struct_list
  Octets octets = {};                 // octets and u16_list: the content; counted below
  std::uint32_t count = 0;            // elements
  bool text = false;
};

void put(Words& words, std::size_t bit, unsigned bits, std::uint64_t value) {
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  words[bit / 64] |= (value & mask) << (bit % 64);
}

unsigned bits_of(FieldType type) {
  switch (type) {
    case FieldType::boolean: return 1;
    case FieldType::u8: return 8;
    case FieldType::u16:
    case FieldType::i16: return 16;
    case FieldType::u32: return 32;
    case FieldType::u64:
    case FieldType::i64: return 64;
    case FieldType::text:
    case FieldType::data:
    case FieldType::list_u16:
    case FieldType::list_struct:
    case FieldType::structure: break;
  }
  return 0;
}

class Writer {
 public:
  explicit Writer(const Forge& forge) : forge_(forge) {}

  Object object_of(const Message& message) const {
    const auto& layout = spec::struct_layouts[message.layout_index()];
    Object object{.what = Object::What::structure, .data = Words(layout.data_words), .pointers = std::vector<Object>(layout.pointers)};
    for (std::uint32_t i = 0; i < layout.field_count; ++i) set(object, spec::field_layouts[layout.first_field + i], message.at(i));
    return object;
  }

  /// Drops trailing zero words and null pointers, as the canonical form demands.
  void truncate(Object& object) const {
    if (forge_.untruncated) return;
    while (!object.data.empty() && object.data.back() == 0) object.data.pop_back();
    while (!object.pointers.empty() && object.pointers.back().what == Object::What::null) object.pointers.pop_back();
  }

  Words write(Object root) {
    words_.assign(1, 0);
    if (forge_.gap) words_.push_back(0);
    place(root, 0);
    if (forge_.root_pointer) words_[0] = *forge_.root_pointer;
    return std::move(words_);
  }

 private:
  void set(Object& object, const spec::FieldLayout& field, const Value& value) const {
    if (const unsigned bits = bits_of(field.type); bits != 0) {
      const std::uint64_t number = std::holds_alternative<std::int64_t>(value) ? static_cast<std::uint64_t>(std::get<std::int64_t>(value))
                                                                               : std::get<std::uint64_t>(value);
      put(object.data, field.offset, bits, number);
      return;
    }
    Object& target = object.pointers.at(field.offset);
    if (const auto* octets = std::get_if<Octets>(&value)) {
      if (octets->empty() && !forge_.empty_as_object) return;
      target.what = Object::What::octets;
      target.octets = *octets;
      target.text = field.type == FieldType::text;
      if (target.text) target.octets.push_back(forge_.unterminated_text ? 'x' : 0);
      target.count = static_cast<std::uint32_t>(target.octets.size());
    } else if (const auto* numbers = std::get_if<std::vector<std::uint16_t>>(&value)) {
      if (numbers->empty() && !forge_.empty_as_object) return;
      target.what = Object::What::u16_list;
      for (const auto number : *numbers) {
        target.octets.push_back(static_cast<std::uint8_t>(number));
        target.octets.push_back(static_cast<std::uint8_t>(number >> 8));
      }
      target.count = static_cast<std::uint32_t>(numbers->size());
    } else if (const auto* items = std::get_if<std::vector<Message>>(&value)) {
      if (items->empty() && !forge_.empty_as_object) return;
      target.what = Object::What::struct_list;
      target.count = static_cast<std::uint32_t>(items->size());
      for (const auto& item : *items) target.pointers.push_back(object_of(item));
      if (items->empty()) target.data.assign(1, 0);
    }
  }

  /// Writes the object at the end and the pointer to it at `pointer`.
  void place(Object& object, std::size_t pointer) {
    switch (object.what) {
      case Object::What::null: return;
      case Object::What::structure: return place_structure(object, pointer);
      case Object::What::octets: return place_octets(object, pointer, 2);
      case Object::What::u16_list: return place_octets(object, pointer, 3);
      case Object::What::struct_list: return place_struct_list(object, pointer);
    }
  }

  std::uint64_t offset_from(std::size_t pointer) const {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>((words_.size() - pointer - 1) << 2));
  }

  void place_structure(Object& object, std::size_t pointer) {
    const std::uint64_t sizes = std::uint64_t{object.data.size()} << 32 | std::uint64_t{object.pointers.size()} << 48;
    // A struct of no size at all is pointed at by offset -1: it takes no room.
    words_[pointer] = sizes == 0 ? 0xfffffffc : offset_from(pointer) | sizes;
    words_.insert(words_.end(), object.data.begin(), object.data.end());
    const std::size_t first = words_.size();
    words_.resize(words_.size() + object.pointers.size());
    place_children(object.pointers, first);
  }

  void place_children(std::vector<Object>& children, std::size_t first_pointer) {
    for (std::size_t i = 0; i < children.size(); ++i) {
      const std::size_t at = forge_.children_reversed ? children.size() - 1 - i : i;
      if (children[at].what == Object::What::structure) truncate(children[at]);
      place(children[at], first_pointer + at);
    }
  }

  void place_octets(const Object& object, std::size_t pointer, std::uint64_t element_size) {
    words_[pointer] = offset_from(pointer) | 1 | element_size << 32 | std::uint64_t{object.count} << 35;
    const std::size_t words = (object.octets.size() + 7) / 8;
    const std::size_t first = words_.size();
    words_.resize(first + words);
    for (std::size_t i = 0; i < words * 8; ++i) {
      const std::uint64_t octet = i < object.octets.size() ? object.octets[i] : forge_.dirty_padding ? 0xa5 : 0;
      words_[first + i / 8] |= octet << (i % 8 * 8);
    }
  }

  void place_struct_list(Object& object, std::size_t pointer) {
    // All elements have the size of what the largest of them needs.
    std::size_t data = 0;
    std::size_t pointers = 0;
    for (auto& element : object.pointers) {
      truncate(element);
      data = std::max(data, element.data.size());
      pointers = std::max(pointers, element.pointers.size());
    }
    const std::uint64_t words = object.count * (data + pointers);
    words_[pointer] = offset_from(pointer) | 1 | std::uint64_t{7} << 32 | words << 35;
    words_.push_back(std::uint64_t{object.count} << 2 | std::uint64_t{data} << 32 | std::uint64_t{pointers} << 48);
    const std::size_t first = words_.size();
    words_.resize(first + words);
    for (std::size_t i = 0; i < object.pointers.size(); ++i)
      std::copy(object.pointers[i].data.begin(), object.pointers[i].data.end(),
                words_.begin() + static_cast<std::ptrdiff_t>(first + i * (data + pointers)));
    for (std::size_t i = 0; i < object.pointers.size(); ++i)
      place_children(object.pointers[i].pointers, first + i * (data + pointers) + data);
  }

  const Forge& forge_;
  Words words_;
};

void add_unknown(Object& object, const Forge& forge, const spec::StructLayout& layout) {
  if (forge.unknown_word) {
    object.data.resize(layout.data_words + std::size_t{1});
    object.data.back() = *forge.unknown_word;
  }
  if (forge.unknown_pointer) {
    object.pointers.resize(layout.pointers + std::size_t{1});
    object.pointers.back() = {.what = Object::What::octets, .data = {}, .pointers = {}, .octets = {0x2a}, .count = 1};
  }
}

void put_word(Octets& out, std::uint64_t word) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(word >> (i * 8)));
}

Octets finish(const Words& words, const Forge& forge) {
  Octets out;
  if (forge.two_segments) {
    // Two segments: the first holds a far pointer to the root pointer, which opens the second.
    const auto second = static_cast<std::uint32_t>(words.size());
    put_word(out, 1 | std::uint64_t{1} << 32);
    put_word(out, second);
    put_word(out, 2 | std::uint64_t{1} << 32);
  } else if (forge.segment_table) {
    put_word(out, static_cast<std::uint64_t>(words.size()) << 32);
  }
  for (const auto word : words) put_word(out, word);
  if (forge.cut_to_octets) out.resize(std::min(out.size(), *forge.cut_to_octets));
  out.insert(out.end(), forge.trailing.begin(), forge.trailing.end());
  return out;
}

}  // namespace

Octets encode(const Message& message, const Forge& forge) {
  Writer writer(forge);
  Object payload = writer.object_of(message);
  add_unknown(payload, forge, spec::struct_layouts[message.layout_index()]);
  writer.truncate(payload);
  const auto& control = spec::struct_layouts[0];
  Object root{.what = Object::What::structure, .data = Words(control.data_words), .pointers = std::vector<Object>(control.pointers)};
  put(root.data, 0, 16, forge.union_tag.value_or(static_cast<std::uint16_t>(kind_of(message))));
  if (!forge.null_member) root.pointers[0] = std::move(payload);
  writer.truncate(root);
  return finish(writer.write(std::move(root)), forge);
}

Octets encode_plain(const Message& message, const Forge& forge) {
  Writer writer(forge);
  Object root = writer.object_of(message);
  add_unknown(root, forge, spec::struct_layouts[message.layout_index()]);
  writer.truncate(root);
  return finish(writer.write(std::move(root)), forge);
}

Octets encode_metadata(const Message& metadata, const Forge& forge) {
  Octets part = encode_plain(metadata, forge);
  part.resize((part.size() + 15) / 16 * 16);
  return part;
}

}  // namespace coffer::conformance
