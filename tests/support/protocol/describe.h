// Octets and actions as one line of text each, for snapshots and for failures that a reader can follow.
#pragma once

#include <string>
#include <vector>

#include "protocol/client_session.h"
#include "protocol/server_session.h"

namespace coffer::protocol {

/// The messages and data frames that octets hold: "proceed", "disconnect(timeout)", "data".
std::vector<std::string> frames_as_text(View octets);
std::string describe(const ServerAction& action);
std::string describe(const ClientAction& action);

template <typename Action>
std::string describe(const std::vector<Action>& actions) {
  std::string text;
  for (const auto& action : actions) text += (text.empty() ? "" : ", ") + describe(action);
  return text.empty() ? "nothing" : text;
}

/// Everything sent by these actions, joined.
template <typename Action>
Octets sent(const std::vector<Action>& actions) {
  Octets octets;
  for (const auto& action : actions)
    if (const auto* send = std::get_if<Send>(&action)) octets.insert(octets.end(), send->octets.begin(), send->octets.end());
  return octets;
}

/// The reason of the one Disconnect that these actions send; nullopt when they send none.
template <typename Action>
std::optional<std::uint16_t> disconnect_reason(const std::vector<Action>& actions) {
  FrameReader reader;
  reader.set_verified();
  reader.feed(sent(actions));
  std::optional<std::uint16_t> reason;
  while (auto frame = reader.next().value_or(std::nullopt)) {
    if (frame->kind != FrameKind::control) continue;
    const auto message = decode(frame->body);
    if (message && std::holds_alternative<Disconnect>(*message)) reason = std::get<Disconnect>(*message).reason;
  }
  return reason;
}

}  // namespace coffer::protocol
