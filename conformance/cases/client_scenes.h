// Scenes for cases against clients: where a client stands, what may honestly be answered there, and archives made up for it to read.
// Must not know: verdicts, single requirements.
#pragma once

#include "cases/scenes.h"

namespace coffer::conformance {

/// A state in which a client waits for its server: what the client was asked to do, and what it has just sent there.
struct ClientStand {
  ClientState state;
  std::string_view drive;
  std::string_view sent;
};
const std::vector<ClientStand>& client_stands();

/// What a client sends in that state before it waits, as an example.
Message asked_in(ClientState state);

/// A valid answer to what the client is waiting for in that state; another kind than the honest one only where the table admits it.
Message valid_answer(Context& c, ClientState state, MessageKind kind);

/// The twin of most rejections: in that state the client is answered honestly, and ends well.
Script honest_twin(ClientState state);

/// As expect_refusal, but frames that the client sent before it read what is refused are passed over.
void expect_refusal_soon(Context& c, ServerPeer& server, Reason reason);

/// Whether any frame of the session that came from the client contains these octets.
bool shows(const ServerPeer& server, View octets);

/// The client, whose answer was accepted or not, did not call the whole a success.
void require_no_success(Context& c);

/// What a case needs before it asks what it is about: an expectation that is not met in there says little of that.
template <class Scene>
decltype(auto) on_the_way(Scene&& scene) {
  try {
    return std::forward<Scene>(scene)();
  } catch (Unmet& unmet) {
    unmet.on_the_way = true;
    throw;
  }
}

// ---- Archives -----------------------------------------------------------------------------------------------------------------------
Message file_entry(std::string_view path, const SealedBlock& content, std::size_t octets);
Message directory_entry(std::string_view path);
Message link_entry(std::string_view path, std::uint16_t type, std::string_view target);
/// Seals a block and holds it; the transcript has its plaintext.
SealedBlock hold_block(Context& c, BlockType type, View plaintext);
SealedBlock hold_content(Context& c, View content);
SealedBlock hold_leaf(Context& c, const std::vector<Message>& entries);
/// A node over blocks, each named by a path.
SealedBlock hold_node(Context& c, const std::vector<std::pair<std::string, SealedBlock>>& children);
/// Seals these entries in one leaf as the next version of the chain, and holds both.
void hold_version(Context& c, const std::vector<Message>& entries);
/// The same without checks on what a version says: `change` is applied to the record before it is sealed, `after` to what is held.
void hold_version(Context& c, const std::vector<Message>& entries, const std::function<void(Message&)>& change,
                  const std::function<void(Holdings::Version&)>& after);

}  // namespace coffer::conformance
