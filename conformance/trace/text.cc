// The text form: `message login varied value=3`, `data block=2 checksum`, `wait ms=10000`. Words first, then numbers by name.
#include <algorithm>
#include <charconv>
#include <optional>

#include "coffer/spec/messages.h"
#include "trace/trace.h"

namespace coffer::trace {

namespace {

constexpr std::array<std::string_view, op_count> op_words{"message", "data", "answer", "request", "wait",    "header",  "flip",
                                                          "split",   "stop", "vanish", "join",    "session", "channel", "restart"};
constexpr std::array<std::string_view, variant_count> variant_words{"good", "varied", "out_of_range", "extreme"};
constexpr std::array<std::string_view, flaw_count> flaw_words{"whole", "checksum", "padding", "id_length", "too_short"};
constexpr std::array<std::string_view, answer_count> answer_words{
    "fitting",         "computer_admitted", "computer_refused", "login_admitted", "login_refused",  "missing_found", "committed",
    "versions_found",  "restore_admitted",  "block_loaded",     "blocks_loaded",  "restore_closed", "refused",       "failed",
    "block_ids_found", "release_staged",    "key_found",        "key_kept",       "key_opened",     "password_set"};
constexpr std::array<std::string_view, request_count> request_words{
    "ping",  "offer",       "block",   "commit",    "list",      "restore",     "fetch",          "end_restore",
    "leave", "list_blocks", "release", "fetch_key", "store_key", "recover_key", "change_password"};
constexpr std::array<std::string_view, tamper_count> tamper_words{"deliver", "drop", "replay", "damage", "reflect", "divert", "end"};
constexpr auto message_words = [] {
  std::array<std::string_view, spec::message_rows.size()> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = spec::message_rows[i].name;
  return words;
}();

/// How one part of a step is written: as a word of a list, or as a number with a name.
struct Part {
  std::span<const std::string_view> words;  // empty: a number
  std::string_view number;                  // its name; empty and no words: not written
};
struct Form {
  Part a, b, c;
};
constexpr std::string_view blanks = " \t\v\f\r";

Form form(Op op) {
  switch (op) {
    case Op::message: return {{message_words, {}}, {variant_words, {}}, {{}, "value"}};
    case Op::data: return {{{}, "block"}, {flaw_words, {}}, {}};
    case Op::answer: return {{answer_words, {}}, {{}, "value"}, {}};
    case Op::request: return {{request_words, {}}, {{}, "number"}, {{}, "value"}};
    case Op::wait: return {{}, {}, {{}, "ms"}};
    case Op::header: return {{{}, "kind"}, {{}, "metadata_blocks"}, {{}, "length"}};
    case Op::flip: return {{{}, "bit"}, {{}, "octet"}, {}};
    case Op::split: return {{}, {{}, "octet"}, {}};
    case Op::session: return {{{}, "number"}, {}, {}};
    case Op::channel: return {{tamper_words, {}}, {{}, "to_client"}, {{}, "record"}};
    case Op::stop:
    case Op::vanish:
    case Op::join: return {};
    case Op::restart: return {{{}, "blocked"}, {}, {}};
  }
  return {};
}

std::optional<std::uint32_t> read(const Part& part, std::string_view word) {
  for (std::size_t i = 0; i < part.words.size(); ++i)
    if (part.words[i] == word) return static_cast<std::uint32_t>(i);
  const auto at = part.number.size();
  if (part.number.empty() || !word.starts_with(part.number) || word.size() <= at || word[at] != '=') return std::nullopt;
  std::uint32_t number = 0;
  const auto* const end = word.data() + word.size();
  const auto [after, error] = std::from_chars(word.data() + at + 1, end, number);
  if (error != std::errc{} || after != end) return std::nullopt;
  return number;
}

void write(std::string& line, const Part& part, std::uint32_t value) {
  if (!part.words.empty()) {
    line.append(" ").append(part.words[value]);
  } else if (!part.number.empty() && value != 0) {
    line.append(" ").append(part.number).append("=").append(std::to_string(value));
  }
}

/// What stands before the mark, which goes with it; all, where there is none.
std::string_view cut(std::string_view& text, char mark) {
  const auto before = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(before.size() + 1, text.size()));
  return before;
}

/// The next word of a line; none at its end, and where a comment begins.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (line.starts_with('#')) return {};
  const auto word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

std::expected<Step, std::string> read_step(std::string_view word, std::string_view line) {
  Step step;
  const auto* const op = std::ranges::find(op_words, word);
  if (op == op_words.end()) return std::unexpected("no such step: " + std::string(word));
  step.op = static_cast<Op>(op - op_words.begin());
  const auto parts = form(step.op);
  while (!(word = next_word(line)).empty()) {
    if (const auto a = read(parts.a, word)) {
      step.a = static_cast<std::uint8_t>(*a);
    } else if (const auto b = read(parts.b, word)) {
      step.b = static_cast<std::uint16_t>(*b);
    } else if (const auto c = read(parts.c, word)) {
      step.c = *c;
    } else {
      return std::unexpected("this step does not know " + std::string(word));
    }
  }
  return step;
}

}  // namespace

std::string to_text(const Trace& trace) {
  std::string text(text_head);
  text += "\n";
  for (const auto& step : trace) {
    const auto parts = form(step.op);
    std::string line(op_words[static_cast<std::size_t>(step.op)]);
    write(line, parts.a, step.a);
    write(line, parts.b, step.b);
    write(line, parts.c, step.c);
    text += line + "\n";
  }
  return text;
}

std::expected<Trace, std::string> from_text(std::string_view text) {
  if (cut(text, '\n') != text_head) return std::unexpected("line 1: expected " + std::string(text_head));
  Trace trace;
  for (std::size_t number = 2; !text.empty(); ++number) {
    auto line = cut(text, '\n');
    const auto word = next_word(line);
    if (word.empty()) continue;
    auto step = read_step(word, line);
    if (!step) return std::unexpected("line " + std::to_string(number) + ": " + step.error());
    trace.push_back(*step);
  }
  return from_octets(to_octets(trace));
}

}  // namespace coffer::trace
