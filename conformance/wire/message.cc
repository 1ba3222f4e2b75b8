#include "wire/message.h"

#include <fmt/format.h>

#include <stdexcept>

namespace coffer::conformance {
namespace {

std::span<const spec::FieldLayout> fields_of(std::size_t layout) {
  const auto& row = spec::struct_layouts[layout];
  return {spec::field_layouts.data() + row.first_field, row.field_count};
}

std::size_t layout_named(std::string_view name) {
  for (std::size_t i = 0; i < spec::struct_layouts.size(); ++i)
    if (spec::struct_layouts[i].name == name) return i;
  throw std::logic_error(fmt::format("the schema has no struct {}", name));
}

Value default_of(spec::FieldType type) {
  switch (type) {
    case spec::FieldType::i16:
    case spec::FieldType::i64: return std::int64_t{0};
    case spec::FieldType::text:
    case spec::FieldType::data: return Octets{};
    case spec::FieldType::list_u16: return std::vector<std::uint16_t>{};
    case spec::FieldType::list_struct: return std::vector<Message>{};
    case spec::FieldType::boolean:
    case spec::FieldType::u8:
    case spec::FieldType::u16:
    case spec::FieldType::u32:
    case spec::FieldType::u64:
    case spec::FieldType::structure: break;
  }
  return std::uint64_t{0};
}

std::string printable(const Octets& text) {
  std::string result;
  for (const auto c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c < 0x20 || c == 0x7f)
      result += fmt::format("\\x{:02x}", c);
    else
      result += static_cast<char>(c);
  }
  return '"' + result + '"';
}

std::string value_text(const spec::FieldLayout& field, const Value& value) {
  using spec::FieldType;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    if (field.type == FieldType::boolean) return *number != 0 ? "true" : "false";
    if (field.name == "guid" || (field.name == "computer" && field.type == FieldType::u64)) return guid_text(*number);
    if (field.name == "reason")
      for (const auto& row : spec::reason_rows)
        if (static_cast<std::uint64_t>(row.reason) == *number) return fmt::format("{} ({})", row.name, *number);
    return fmt::format("{}", *number);
  }
  if (const auto* list = std::get_if<std::vector<std::uint16_t>>(&value)) return fmt::format("[{}]", fmt::join(*list, ", "));
  if (const auto* items = std::get_if<std::vector<Message>>(&value)) {
    std::vector<std::string> texts;
    for (const auto& item : *items) texts.push_back(to_text(item));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }
  const auto& octets = std::get<Octets>(value);
  if (field.type == FieldType::text) return printable(octets);
  if (octets.size() <= 32) return hex(octets);
  return fmt::format("{}… ({} octets)", hex(View(octets).first(16)), octets.size());
}

}  // namespace

Message::Message(std::string_view name) : layout_(layout_named(name)) {
  for (const auto& field : fields_of(layout_)) values_.push_back(default_of(field.type));
}

std::string_view Message::name() const { return spec::struct_layouts[layout_].name; }

const Value& Message::slot(std::string_view field) const {
  const auto fields = fields_of(layout_);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == field) return values_[i];
  throw std::logic_error(fmt::format("{} has no field {}", name(), field));
}

Value& Message::slot(std::string_view field) { return const_cast<Value&>(std::as_const(*this).slot(field)); }

Message& Message::set(std::string_view field, std::uint64_t number) {
  Value& target = slot(field);
  if (std::holds_alternative<std::int64_t>(target))
    target = static_cast<std::int64_t>(number);
  else if (std::holds_alternative<std::uint64_t>(target))
    target = number;
  else
    throw std::logic_error(fmt::format("{}.{} is not a number", name(), field));
  return *this;
}

Message& Message::set(std::string_view field, std::string_view text) { return set(field, conformance::octets(text)); }

Message& Message::set(std::string_view field, Octets value) {
  Value& target = slot(field);
  if (!std::holds_alternative<Octets>(target)) throw std::logic_error(fmt::format("{}.{} is not text or data", name(), field));
  target = std::move(value);
  return *this;
}

Message& Message::set(std::string_view field, std::vector<std::uint16_t> values) {
  Value& target = slot(field);
  if (!std::holds_alternative<std::vector<std::uint16_t>>(target))
    throw std::logic_error(fmt::format("{}.{} is not a list of numbers", name(), field));
  target = std::move(values);
  return *this;
}

Message& Message::set(std::string_view field, std::vector<Message> items) {
  Value& target = slot(field);
  if (!std::holds_alternative<std::vector<Message>>(target))
    throw std::logic_error(fmt::format("{}.{} is not a list of structs", name(), field));
  target = std::move(items);
  return *this;
}

std::uint64_t Message::number(std::string_view field) const {
  const Value& value = slot(field);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<std::uint64_t>(*number);
  return std::get<std::uint64_t>(value);
}

std::int64_t Message::signed_number(std::string_view field) const { return static_cast<std::int64_t>(number(field)); }

Octets Message::octets(std::string_view field) const { return std::get<Octets>(slot(field)); }

std::string Message::text(std::string_view field) const {
  const auto& value = std::get<Octets>(slot(field));
  return {value.begin(), value.end()};
}

std::vector<std::uint16_t> Message::numbers(std::string_view field) const { return std::get<std::vector<std::uint16_t>>(slot(field)); }

std::vector<Message> Message::items(std::string_view field) const { return std::get<std::vector<Message>>(slot(field)); }

bool Message::operator==(const Message& other) const { return layout_ == other.layout_ && values_ == other.values_; }

std::vector<FieldText> describe(const Message& message) {
  std::vector<FieldText> texts;
  const auto fields = fields_of(message.layout_index());
  for (std::size_t i = 0; i < fields.size(); ++i) texts.push_back({std::string(fields[i].name), value_text(fields[i], message.at(i))});
  return texts;
}

std::string to_text(const Message& message) {
  std::vector<std::string> parts;
  for (const auto& field : describe(message)) parts.push_back(field.name + "=" + field.value);
  return fmt::format("{}{{{}}}", message.name(), fmt::join(parts, ", "));
}

spec::MessageKind kind_of(const Message& message) {
  for (const auto& row : spec::message_rows)
    if (row.name == message.name()) return row.kind;
  throw std::logic_error(fmt::format("{} is no control message", message.name()));
}

}  // namespace coffer::conformance
