#include "client/entry_text.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"
#include "client/session.h"

namespace coffer::client {
namespace {

char letter_of(archive::EntryType type) {
  switch (type) {
    case archive::EntryType::file: return '-';
    case archive::EntryType::directory: return 'd';
    case archive::EntryType::symbolic_link: return 'l';
    case archive::EntryType::hard_link: return 'h';
    case archive::EntryType::named_pipe: return 'p';
    case archive::EntryType::character_device: return 'c';
    case archive::EntryType::block_device: return 'b';
    case archive::EntryType::socket: return 's';
  }
  return '?';
}

std::string permissions(std::uint16_t mode) {
  std::string text = "rwxrwxrwx";
  for (std::size_t bit = 0; bit < 9; ++bit)
    if ((mode >> (8 - bit) & 1) == 0) text[bit] = '-';
  const auto special = [&](std::uint16_t bit, std::size_t at, char with, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with : without;
  };
  special(04000, 2, 's', 'S');
  special(02000, 5, 's', 'S');
  special(01000, 8, 't', 'T');
  return text;
}

std::string name_or_number(const std::string& name, std::uint32_t number) {
  return name.empty() ? std::to_string(number) : printable(name);
}

}  // namespace

std::string_view word_for(archive::EntryType type) {
  constexpr std::array<std::string_view, 8> words{"file",       "directory",        "symbolic_link", "hard_link",
                                                  "named_pipe", "character_device", "block_device",  "socket"};
  const auto number = static_cast<std::size_t>(type);
  return number < words.size() ? words[number] : "unknown";
}

std::string text_of(const archive::Entry& entry) {
  const bool device = entry.type == archive::EntryType::character_device || entry.type == archive::EntryType::block_device;
  std::string text =
      fmt::format("{}{}{} {:>8} {:>8} {:>12} {} /{}", letter_of(entry.type), permissions(entry.mode), entry.attributes.empty() ? ' ' : '+',
                  name_or_number(entry.owner_name, entry.owner), name_or_number(entry.group_name, entry.group),
                  device ? fmt::format("{},{}", entry.device >> 32U, entry.device & 0xFFFFFFFF) : std::to_string(entry.size),
                  time_for_people(entry.modified_ns), printable(entry.path));
  if (entry.type == archive::EntryType::symbolic_link) text += " -> " + printable(entry.target);
  if (entry.type == archive::EntryType::hard_link) text += " = /" + printable(entry.target);
  return text;
}

std::string text_of(const nlohmann::json& json) { return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

nlohmann::json json_of(const archive::Entry& entry) {
  nlohmann::json json{{"path", "/" + printable(entry.path)},
                      {"type", word_for(entry.type)},
                      {"mode", fmt::format("{:04o}", entry.mode)},
                      {"modified_ns", entry.modified_ns},
                      {"owner", entry.owner},
                      {"group", entry.group},
                      {"owner_name", printable(entry.owner_name)},
                      {"group_name", printable(entry.group_name)}};
  if (entry.type == archive::EntryType::file) json["size"] = entry.size;
  if (!entry.target.empty()) json["target"] = printable(entry.target);
  if (!entry.extents.empty()) json["data_octets"] = archive::data_octets(entry);
  if (entry.device != 0) json["device"] = {entry.device >> 32U, entry.device & 0xFFFFFFFF};
  for (const archive::Attribute& attribute : entry.attributes) json["attributes"].push_back(printable(attribute.name));
  return json;
}

}  // namespace coffer::client
