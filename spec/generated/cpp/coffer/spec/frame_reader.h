// Made by spec/tools/generate.py from spec/tables/machines/frame_reader.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

namespace frame_reader {

enum class State : std::uint8_t {
  header,
  body,
  failed,
};

enum class Event : std::uint8_t {
  header_accepted,
  header_refused,
  body_complete,
};

enum class Handler : std::uint8_t {
  begin_body,
  refuse,
  deliver,
};

inline constexpr std::size_t state_count = 3;
inline constexpr std::size_t event_count = 3;
inline constexpr std::size_t message_event_count = 0;  // the first events are the messages, in MessageKind's order
inline constexpr State initial = State::header;
inline constexpr State final = State::failed;

constexpr std::uint32_t bit(State state) { return std::uint32_t{1} << static_cast<unsigned>(state); }

struct Row {
  State state;
  Event event;
  Handler handler;
  std::uint32_t targets;  // the states the handler may go to, as bits
  std::string_view requirement;
};

inline constexpr std::array<Row, 3> rows{{
    {State::header, Event::header_accepted, Handler::begin_body, bit(State::body), "FRM-012"},
    {State::header, Event::header_refused, Handler::refuse, bit(State::failed), "FRM-011"},
    {State::body, Event::body_complete, Handler::deliver, bit(State::header), "FRM-013"},
}};

// Everything else: in failed, octets are discarded; the other pairs cannot arise, for the reader makes its own events. [FRM-017]

/// The row of a pair, or nullptr where the machine's default decides.
constexpr const Row* find(State state, Event event) {
  constexpr auto index = [] {
    std::array<std::array<std::uint8_t, event_count>, state_count> table{};  // 1 + the row's index; 0: none
    for (std::size_t i = 0; i < rows.size(); ++i)
      table[static_cast<std::size_t>(rows[i].state)][static_cast<std::size_t>(rows[i].event)] = static_cast<std::uint8_t>(i + 1);
    return table;
  }();
  const auto at = index[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
  return at == 0 ? nullptr : &rows[at - 1U];
}

/// Whether a handler may go to a state: what `static_assert` asks of every transition in code.
constexpr bool allowed(Handler handler, State target) {
  for (const auto& row : rows)
    if (row.handler == handler && (row.targets & bit(target)) != 0) return true;
  return false;
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(State value) {
  switch (value) {
    case State::header: return "header";
    case State::body: return "body";
    case State::failed: return "failed";
  }
  return {};
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Event value) {
  switch (value) {
    case Event::header_accepted: return "header_accepted";
    case Event::header_refused: return "header_refused";
    case Event::body_complete: return "body_complete";
  }
  return {};
}

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Handler value) {
  switch (value) {
    case Handler::begin_body: return "begin_body";
    case Handler::refuse: return "refuse";
    case Handler::deliver: return "deliver";
  }
  return {};
}

}  // namespace frame_reader

}  // namespace coffer::spec
