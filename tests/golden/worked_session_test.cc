// The worked session: the reference's client and server, given the values that spec/generated/worked-session.md is made from, must say
// exactly those frames; and the reference's archive must make of them what the page says.
#include <gtest/gtest.h>

#include "archive/block.h"
#include "archive/manifest.h"
#include "archive/version_chain.h"
#include "coffer/spec/limits.h"
#include "protocol/client_session.h"
#include "protocol/server_session.h"
#include "vector_file.h"

namespace coffer::golden {
namespace {

using namespace protocol;
constexpr Time now{0};

ClientSettings client_settings(const Json& input) {
  const Json& v = input.at("version");
  const Json& l = input.at("login");
  const Octets password = octets(l.at("password"));
  ClientSettings settings;
  settings.version = {v.at("protocol"),
                      v.at("major"),
                      v.at("minor"),
                      v.at("patch"),
                      v.at("time_zone_minutes"),
                      v.at("operating_system"),
                      v.value("virtual_machine", ""),
                      v.at("address")};
  settings.computer = identity(l.at("computer"));
  settings.login = {l.at("registration_key"), l.at("user_name"), {password.begin(), password.end()}, settings.computer, false};
  settings.expected_server = identity(input.at("server"));
  return settings;
}

ServerSettings server_settings(const Json& input) {
  const Json& v = input.at("server_version");
  return {.guid = identity(input.at("server")), .version = {v.at(0), v.at(1), v.at(2)}, .minimum_version = {6, 5, 0}};
}

/// Both machines, joined by nothing but their octets; what they say is kept, frame by frame.
class Conversation {
 public:
  explicit Conversation(const Json& input)
      : input_(input), settings_(server_settings(input)), server_(settings_, now), client_(client_settings(input), now) {}

  Json run() {
    client_.connected(now);
    bool moved = true;
    while (moved) {
      moved = false;
      while (const auto action = client_.next_action()) {
        moved = true;
        std::visit([this](const auto& a) { from_client(a); }, *action);
      }
      while (const auto action = server_.next_action()) {
        moved = true;
        std::visit([this](const auto& a) { from_server(a); }, *action);
      }
    }
    EXPECT_EQ(server_.state(), spec::server_session::State::closed);
    EXPECT_EQ(client_.state(), spec::client_session::State::closed);
    return frames_;
  }

 private:
  // What the program does with what it is told: one step after the other.
  void from_client(const Send& send) {
    keep("client", send.octets);
    server_.feed(now, send.octets);
  }
  void from_client(const LoggedIn& in) {
    EXPECT_EQ(in.user, input_.at("user").get<std::uint64_t>());
    EXPECT_EQ(in.permissions, input_.at("permissions").get<std::uint32_t>());
  }
  void from_client(const Configured& c) { EXPECT_EQ(c.settings, settings()); }
  void from_client(const SessionReady&) {
    Octets ids;
    for (const Json& block : input_.at("blocks")) std::ranges::copy(octets(block.at("id")), std::back_inserter(ids));
    EXPECT_TRUE(client_.submit(now, BeginOffer{ids}));
  }
  void from_client(const Wanted& wanted) {
    EXPECT_EQ(wanted.indices, (std::vector<std::uint16_t>{0, 1}));
    for (const Json& block : input_.at("blocks"))
      EXPECT_TRUE(client_.submit(now, SendBlock{digest(block.at("id")), digest(block.at("checksum")), octets(block.at("sealed"))}));
    EXPECT_TRUE(client_.submit(now, BeginCommit{{1, Octets(32), octets(input_.at("link")), octets(input_.at("record"))}}));
  }
  void from_client(const VersionStored&) { EXPECT_TRUE(client_.submit(now, BeginList{1})); }
  void from_client(const VersionsListed& listed) {
    ASSERT_EQ(listed.entries.size(), 1U);
    EXPECT_EQ(hex(listed.entries[0].record), input_.at("record").get<std::string>());
    EXPECT_TRUE(client_.submit(now, Leave{}));
  }
  void from_client(const Ended& ended) {
    EXPECT_FALSE(ended.fault.has_value()) << ended.fault->requirement;
    EXPECT_EQ(ended.peer_reason, static_cast<std::uint16_t>(spec::Reason::goodbye));
  }
  void from_client(const auto&) {}

  // What the server's shell answers.
  void from_server(const Send& send) {
    keep("server", send.octets);
    client_.feed(now, send.octets);
  }
  void from_server(const CheckComputer&) { server_.submit(now, ComputerAdmitted{}); }
  void from_server(const CheckLogin&) {
    server_.submit(now, LoginAdmitted{input_.at("user"), input_.at("permissions"), input_.at("config_version"), settings()});
  }
  void from_server(const FindMissing&) { server_.submit(now, MissingFound{{0, 1}}); }
  void from_server(const StoreBlock& block) { EXPECT_EQ(hex(block.checksum), hex(archive::checksum(block.sealed))); }
  void from_server(const CommitRequest& request) {
    version_ = {request.version.number, request.version.link, request.version.record};
    server_.submit(now, Committed{});
  }
  void from_server(const FindVersions&) { server_.submit(now, VersionsFound{{version_}, false}); }
  void from_server(const auto&) {}

  std::vector<Setting> settings() const {
    std::vector<Setting> all;
    for (const Json& s : input_.at("settings")) all.push_back({s.at("name"), s.at("value"), s.at("locked")});
    return all;
  }

  void keep(const char* from, View octets) {
    while (!octets.empty()) {
      ASSERT_GE(octets.size(), spec::limits::frame_header_octets);
      std::size_t length = 0;
      for (std::size_t i = 2; i < 6; ++i) length = length << 8 | octets[i];
      ASSERT_GE(octets.size(), 6 + length) << "a part of a frame was sent";
      frames_.push_back({{"from", from}, {"octets", hex(octets.first(6 + length))}});
      octets = octets.subspan(6 + length);
    }
  }

  const Json& input_;
  ServerSettings settings_;
  ServerSession server_;
  ClientSession client_;
  VersionEntry version_;
  Json frames_ = Json::array();
};

void judge_session(const Json& input, const Json& expect) {
  const Json frames = Conversation(input).run();
  const Json& wanted = expect.at("accepted").at("frames");
  for (std::size_t i = 0; i < std::min(frames.size(), wanted.size()); ++i) EXPECT_EQ(frames[i], wanted[i]) << "frame " << i + 1;
  EXPECT_EQ(frames.size(), wanted.size());
}

/// The page's archive opens to the page's file.
void judge_archive(const Json& input) {
  const auto keys = keys::ArchiveKey::from_octets(octets(input.at("archive_key")))
                        .value()
                        .derive({input.at("user"), identity(input.at("login").at("computer")), identity(input.at("server"))});
  archive::RecordVault records(keys);
  archive::ChainVerifier chain(records, std::nullopt);
  const auto record = chain.accept(1, octets(input.at("link")), octets(input.at("record")));
  ASSERT_TRUE(record.has_value()) << describe(record.error());

  archive::BlockVault vault(keys);
  const Json& blocks = input.at("blocks");
  const auto leaf = vault.open(archive::BlockKind::leaf, record->root.value(), octets(blocks.at(1).at("sealed")));
  ASSERT_TRUE(leaf.has_value()) << describe(leaf.error());
  EXPECT_EQ(hex(*leaf), input.at("leaf").get<std::string>());
  const auto entries = archive::read_leaf(*leaf, {});
  ASSERT_TRUE(entries.has_value() && entries->size() == 1);
  const archive::Entry& entry = entries->front();
  EXPECT_EQ(entry.path, "hello.txt");
  EXPECT_TRUE(archive::check_counts(*record, 1, entry.size).has_value());

  const auto content = vault.open(archive::BlockKind::content, entry.blocks.at(0), octets(blocks.at(0).at("sealed")));
  ASSERT_TRUE(content.has_value()) << describe(content.error());
  EXPECT_EQ(hex(*content), input.at("content").get<std::string>());
}

TEST(WorkedSession, SES_001_both_sides_say_every_frame_octet_for_octet) {
  run_vectors("session", [](std::string_view, const Json& input, const Json& expect) { judge_session(input, expect); });
}
TEST(WorkedSession, its_archive_opens_to_its_file) {
  run_vectors("session", [](std::string_view, const Json& input, const Json&) { judge_archive(input); });
}

}  // namespace
}  // namespace coffer::golden
