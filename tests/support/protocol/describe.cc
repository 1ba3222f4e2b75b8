#include "protocol/describe.h"

namespace coffer::protocol {

namespace {

std::string reason_text(std::uint16_t reason) {
  const auto word = spec::name(static_cast<spec::Reason>(reason));
  return word.empty() ? std::to_string(reason) : std::string(word);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " + ") + word;
  return text;
}

struct Describe {
  std::string operator()(const Send& action) const { return "send " + joined(frames_as_text(action.octets)); }
  std::string operator()(const Close&) const { return "close"; }
  std::string operator()(const Note& action) const { return "note " + std::string(action.event); }
  std::string operator()(const CheckComputer&) const { return "check computer"; }
  std::string operator()(const CheckLogin&) const { return "check login"; }
  std::string operator()(const FindMissing&) const { return "find missing"; }
  std::string operator()(const StoreBlock&) const { return "store block"; }
  std::string operator()(const CommitRequest&) const { return "commit"; }
  std::string operator()(const FindVersions&) const { return "find versions"; }
  std::string operator()(const FindBlockIds&) const { return "find block ids"; }
  std::string operator()(const StageRelease&) const { return "stage release"; }
  std::string operator()(const FindKey&) const { return "find key"; }
  std::string operator()(const KeepKey&) const { return "keep key"; }
  std::string operator()(const OpenKey&) const { return "open key"; }
  std::string operator()(const SetPassword&) const { return "set password"; }
  std::string operator()(const BeginRestore&) const { return "begin restore"; }
  std::string operator()(const LoadBlocks&) const { return "load blocks"; }
  std::string operator()(const EndRestore&) const { return "end restore"; }
  std::string operator()(const ServerSeen&) const { return "server seen"; }
  std::string operator()(const LoggedIn&) const { return "logged in"; }
  std::string operator()(const Configured&) const { return "configured"; }
  std::string operator()(const SessionReady&) const { return "session ready"; }
  std::string operator()(const Alive&) const { return "alive"; }
  std::string operator()(const Wanted&) const { return "wanted"; }
  std::string operator()(const VersionStored&) const { return "version stored"; }
  std::string operator()(const VersionsListed&) const { return "versions listed"; }
  std::string operator()(const BlocksListed&) const { return "blocks listed"; }
  std::string operator()(const ReleaseTaken&) const { return "release taken"; }
  std::string operator()(const KeyShown&) const { return "key shown"; }
  std::string operator()(const KeyAcknowledged&) const { return "key acknowledged"; }
  std::string operator()(const KeyHandedOver&) const { return "key handed over"; }
  std::string operator()(const PasswordTaken&) const { return "password taken"; }
  std::string operator()(const RestoreStarted&) const { return "restore started"; }
  std::string operator()(const BlockArrived&) const { return "block arrived"; }
  std::string operator()(const BlocksEnded&) const { return "blocks ended"; }
  std::string operator()(const RestoreFinished&) const { return "restore finished"; }
  std::string operator()(const Ended& action) const {
    if (action.peer_reason) return "ended by peer (" + reason_text(*action.peer_reason) + ")";
    return action.fault ? "ended by fault (" + std::string(action.fault->requirement) + ")" : "ended";
  }
};

}  // namespace

std::vector<std::string> frames_as_text(View octets) {
  FrameReader reader;
  reader.set_verified();
  reader.feed(octets);
  std::vector<std::string> words;
  for (;;) {
    const auto frame = reader.next();
    if (!frame) words.emplace_back("a wrong header");
    if (!frame || !*frame) break;
    if ((*frame)->kind == FrameKind::data) {
      words.emplace_back("data");
      continue;
    }
    const auto message = decode((*frame)->body);
    if (!message) {
      words.emplace_back("a wrong payload");
    } else if (const auto* disconnect = std::get_if<Disconnect>(&*message)) {
      words.push_back("disconnect(" + reason_text(disconnect->reason) + ")");
    } else {
      words.emplace_back(name(kind(*message)));
    }
  }
  if (reader.buffered() > 0) words.emplace_back("a part of a frame");
  return words;
}

std::string describe(const ServerAction& action) { return std::visit(Describe{}, action); }
std::string describe(const ClientAction& action) { return std::visit(Describe{}, action); }

}  // namespace coffer::protocol
