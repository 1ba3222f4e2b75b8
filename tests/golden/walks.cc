#include "walks.h"

#include <algorithm>
#include <stdexcept>

#include "protocol/block_frame.h"
#include "protocol/describe.h"
#include "protocol/rigs.h"
#include "protocol/transition.h"

namespace coffer::golden {

using namespace protocol;

namespace {

constexpr auto far_future = std::chrono::hours(24);
const Octets wrong_header{9, 0, 0, 0, 0, 0};

/// The transitions of one machine while it is in scope.
class Watch {
 public:
  explicit Watch(std::string_view machine) {
    before() = transition_watcher;
    wanted() = machine;
    seen().clear();
    transition_watcher = [](const Transition& told) {
      if (told.machine == wanted() && !told.event.empty()) seen().emplace_back(std::string(told.from), std::string(told.event));
      if (before() != nullptr) before()(told);
    };
  }
  ~Watch() { transition_watcher = before(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  static std::vector<std::pair<std::string, std::string>>& seen() {
    static std::vector<std::pair<std::string, std::string>> all;
    return all;
  }

 private:
  static std::string_view& wanted() {
    static std::string_view name;
    return name;
  }
  /// Who watched before, and goes on watching.
  static TransitionWatcher& before() {
    static TransitionWatcher other = nullptr;
    return other;
  }
};

/// Words of enumerators, by the tables' own name().
template <typename Enum>
Enum of_name(std::string_view word, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (name(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  throw std::invalid_argument("the tables have no " + std::string(word));
}

/// "data", "pong", "disconnect": the frames' names, without what they say.
std::vector<std::string> names_of(View octets) {
  auto words = frames_as_text(octets);
  for (auto& word : words) word = word.substr(0, word.find('('));
  return words;
}

template <typename Action>
std::vector<std::string> collect(const std::vector<Action>& actions, std::deque<std::string>& sent) {
  std::vector<std::string> names;
  for (const auto& action : actions)
    if (const auto* send = std::get_if<Send>(&action)) {
      for (auto& word : names_of(send->octets)) names.push_back(std::move(word));
      sent.emplace_back(send->octets.begin(), send->octets.end());
    }
  return names;
}

/// A session's row by its handler, or which default a pair without one falls to.
std::string word_of(const auto* row, std::string_view from) {
  return row != nullptr ? std::string(name(row->handler)) : from == "closed" ? "ignored" : "default";
}

/// The row that the tables have for what the machine said it did.
template <typename Find>
std::string row_taken(const Find& find) {
  std::string row = "ignored";
  for (const auto& [from, event] : Watch::seen()) {
    if (row != "ignored") throw std::logic_error("one event, two steps");
    row = find(from, event);
  }
  return row;
}

View view(const std::string& octets) { return {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()}; }
Octets octets_of(const Message& message) { return control_frame(encode(message)); }

/// A data frame whose checksum is another block's.
Octets damaged_block() { return block_frame(samples::block(0).id, samples::block(1).checksum, samples::block(0).sealed); }

// ---- The server ---------------------------------------------------------------------------------------------------------------------

class Server : public Machine {
  using State = spec::server_session::State;
  using Event = spec::server_session::Event;

 public:
  explicit Server(const std::vector<Step>& steps) {
    // What a handler refuses of an operation in ready is the permission: a path that ends so has a user without.
    const auto refused = [](const Step& step) {
      return step.side == "server" && step.to == "closed" && step.row.starts_with("on_") &&
             (step.event == "offer_blocks" || step.event == "commit_version" || step.event == "list_versions" ||
              step.event == "list_blocks" || step.event == "release_blocks" || step.event == "fetch_key" || step.event == "store_key" ||
              step.event == "recover_key" || step.event == "change_password" || step.event == "restore_begin");
    };
    if (std::ranges::any_of(steps, refused)) rig_.permissions = 0;
  }

  std::string state() const override { return std::string(name(rig_.session.state())); }

  Outcome meet(const Step& step, const std::string& arrived, std::deque<std::string>& sent) override {
    const auto event = of_name<Event>(step.event, spec::server_session::event_count);
    if (event == Event::data && step.row == "on_data" && step.to == "ready") want_a_block();
    const Watch watch("server_session");
    bring(event, step, arrived);
    Outcome outcome{.row = {}, .to = {}, .sends = collect(rig_.pull(), sent)};
    outcome.to = state();
    outcome.row = row_taken([](const std::string& from, const std::string& told) {
      return word_of(spec::server_session::find(of_name<State>(from, spec::server_session::state_count),
                                                of_name<Event>(told, spec::server_session::event_count)),
                     from);
    });
    return outcome;
  }

 private:
  /// A block is taken only when it was named missing in this session.
  void want_a_block() {
    rig_.send(OfferBlocks{samples::ids(0, 1)});
    rig_.submit(MissingFound{{0}});
  }

  void bring(Event event, const Step& step, const std::string& arrived) {
    auto& session = rig_.session;
    const auto now = rig_.now;
    if (event == Event::computer_admitted) return session.submit(now, ComputerAdmitted{});
    if (event == Event::computer_refused) return session.submit(now, ComputerRefused{"another session"});
    if (event == Event::login_admitted)
      return session.submit(now, LoginAdmitted{samples::user, rig_.permissions, samples::server_config, {}});
    if (event == Event::login_refused) return session.submit(now, LoginRefused{"wrong password"});
    if (event == Event::done) return done(step);
    if (event == Event::refused) return session.submit(now, Refused{spec::Reason::version_conflict, "another came first"});
    if (event == Event::failed) return session.submit(now, Failed{"disk full"});
    if (event == Event::timer_expired) return session.tick(now + far_future);
    if (event == Event::stop) return session.stop(now);
    if (event == Event::peer_closed) return session.peer_closed(now);
    if (event == Event::malformed) return session.feed(now, wrong_header);
    const bool honest = step.to != "closed" || !step.row.starts_with("on_") || event == Event::goodbye || event == Event::disconnect;
    if (!arrived.empty() && honest) return session.feed(now, view(arrived));
    if (event == Event::data) return session.feed(now, honest ? frame_of(samples::block(0)) : damaged_block());
    session.feed(now, octets_of(message(event, step, honest)));
  }

  void done(const Step& step) {
    auto& session = rig_.session;
    const auto answer = [&](ServerAnswer what) { session.submit(rig_.now, std::move(what)); };
    if (step.sends == std::vector<std::string>{"missing_blocks"}) return answer(MissingFound{{0, 1}});
    if (step.sends == std::vector<std::string>{"version_committed"}) return answer(Committed{});
    if (step.sends == std::vector<std::string>{"versions"}) return answer(VersionsFound{{{1, Octets(32, 0x11), Octets(80, 0x22)}}, false});
    if (step.sends == std::vector<std::string>{"block_list"}) return answer(BlockIdsFound{Octets(32, 0x11), false});
    if (step.sends == std::vector<std::string>{"blocks_released"}) return answer(ReleaseStaged{});
    if (step.sends == std::vector<std::string>{"key_state"})
      return answer(KeyFound{7, Octets(32, 0x11), Botan::secure_vector<std::uint8_t>(32, 0x22), {}});
    if (step.sends == std::vector<std::string>{"key_stored"}) return answer(KeyKept{1});
    if (step.sends == std::vector<std::string>{"key_recovered"}) return answer(KeyOpened{Octets(72, 0x11)});
    if (step.sends == std::vector<std::string>{"password_changed"}) return answer(PasswordSet{});
    if (step.sends == std::vector<std::string>{"restore_begun"}) return answer(RestoreAdmitted{});
    if (step.sends == std::vector<std::string>{"restore_ended"}) return answer(RestoreClosed{});
    if (step.sends == std::vector<std::string>{"blocks_fetched"}) return answer(BlocksLoaded{{0, 1}});
    answer(BlockLoaded{samples::block(0).id, samples::block(0).checksum, samples::block(0).sealed});
    answer(BlocksLoaded{{1}});
  }

  Message message(Event event, const Step& step, bool honest) const {
    const auto kind = static_cast<spec::MessageKind>(event);
    if (event == Event::config_state && step.to == "ready") return ConfigState{samples::server_config};
    if (honest) return samples::message(kind);
    if (event == Event::version) {
      auto old = samples::version();
      old.protocol = 5;
      return old;
    }
    if (event == Event::login) {
      auto other = samples::login();
      other.computer += 1;
      return other;
    }
    if (event == Event::config_ack) return ConfigAck{samples::server_config + 1};
    return samples::message(kind);
  }

  ServerRig rig_;
};

// ---- The client ---------------------------------------------------------------------------------------------------------------------

class Client : public Machine {
  using State = spec::client_session::State;
  using Event = spec::client_session::Event;

 public:
  explicit Client(const std::vector<Step>& steps) {
    // A server that holds the client's configuration says ready at once.
    const auto current = [](const Step& step) { return step.side == "server" && step.event == "config_state" && step.to == "ready"; };
    if (std::ranges::any_of(steps, current)) {
      rig_.settings.config_version = samples::server_config;
      rig_.session = ClientSession(rig_.settings, rig_.now);
    }
  }

  std::string state() const override { return std::string(name(rig_.session.state())); }

  Outcome meet(const Step& step, const std::string& arrived, std::deque<std::string>& sent) override {
    const auto event = of_name<Event>(step.event, spec::client_session::event_count);
    if (event == Event::send_block && step.from == "ready") want_a_block();
    const Watch watch("client_session");
    bring(event, step, arrived);
    Outcome outcome{.row = {}, .to = {}, .sends = collect(rig_.pull(), sent)};
    outcome.to = state();
    outcome.row = row_taken([](const std::string& from, const std::string& told) {
      return word_of(spec::client_session::find(of_name<State>(from, spec::client_session::state_count),
                                                of_name<Event>(told, spec::client_session::event_count)),
                     from);
    });
    return outcome;
  }

 private:
  /// A block is sent only when it was named missing.
  void want_a_block() {
    rig_.submit(BeginOffer{samples::ids(0, 1)});
    rig_.send(MissingBlocks{{0}});
  }

  void bring(Event event, const Step& step, const std::string& arrived) {
    auto& session = rig_.session;
    const auto now = rig_.now;
    const auto& block = samples::block(0);
    const auto request = [&](ClientRequest what) { static_cast<void>(session.submit(now, std::move(what))); };
    if (event == Event::connected) return session.connected(now);
    if (event == Event::begin_ping) return request(BeginPing{0x0102030405060708});
    if (event == Event::begin_offer) return request(BeginOffer{samples::ids(0, 2)});
    if (event == Event::send_block) return request(SendBlock{block.id, block.checksum, block.sealed});
    if (event == Event::begin_commit) return request(BeginCommit{samples::commit()});
    if (event == Event::begin_list) return request(BeginList{1});
    if (event == Event::begin_list_blocks) return request(BeginListBlocks{});
    if (event == Event::begin_release) return request(BeginRelease{samples::ids(0, 2)});
    if (event == Event::begin_fetch_key) return request(BeginFetchKey{});
    if (event == Event::begin_store_key) return request(BeginStoreKey{Octets(98, 0x11), 1});
    if (event == Event::begin_recover_key) return request(BeginRecoverKey{Octets(32, 0x11)});
    if (event == Event::begin_change_password) return request(BeginChangePassword{{1}, {2}});
    if (event == Event::begin_restore) return request(RequestRestore{1, 0});
    if (event == Event::begin_fetch) return request(BeginFetch{samples::ids(0, 2)});
    if (event == Event::end_restore) return request(FinishRestore{true});
    if (event == Event::leave) return request(Leave{});
    if (event == Event::timer_expired) return session.tick(now + far_future);
    if (event == Event::peer_closed) return session.peer_closed(now);
    if (event == Event::malformed) return session.feed(now, wrong_header);
    const bool honest = step.to != "closed" || !step.row.starts_with("on_") || event == Event::disconnect;
    if (!arrived.empty() && honest) return session.feed(now, view(arrived));
    if (event == Event::data) return session.feed(now, honest ? frame_of(block) : damaged_block());
    session.feed(now, octets_of(honest ? samples::message(static_cast<spec::MessageKind>(event)) : unfit(event)));
  }

  /// An answer that does not fit what was asked.
  static Message unfit(Event event) {
    if (event == Event::server_identity) return ServerIdentity{samples::server + 1};
    if (event == Event::pong) return Pong{7};
    if (event == Event::missing_blocks) return MissingBlocks{{0, 9}};
    if (event == Event::version_committed) return VersionCommitted{99};
    if (event == Event::versions)
      return Versions{{{2, Octets(32, 0x11), Octets(80, 0x22)}, {1, Octets(32, 0x11), Octets(80, 0x22)}}, false};
    if (event == Event::key_stored) return KeyStored{99};
    if (event == Event::block_list) return BlockList{Octets(64, 0x11), false};
    if (event == Event::blocks_fetched) return BlocksFetched{{1}};
    return samples::message(static_cast<spec::MessageKind>(event));
  }

  ClientRig rig_;
};

// ---- The frame reader ---------------------------------------------------------------------------------------------------------------

class Reader : public Machine {
  using State = spec::frame_reader::State;
  using Event = spec::frame_reader::Event;

 public:
  std::string state() const override { return std::string(name(reader_.state())); }

  Outcome meet(const Step& step, const std::string&, std::deque<std::string>&) override {
    const Watch watch("frame_reader");
    const auto whole = octets_of(Goodbye{});
    if (step.event == "header_accepted") reader_.feed(View(whole).first(6));
    if (step.event == "header_refused") reader_.feed(wrong_header);
    if (step.event == "body_complete") reader_.feed(View(whole).subspan(6));
    static_cast<void>(reader_.next());
    Outcome outcome{.row = {}, .to = state(), .sends = {}};
    outcome.row = row_taken([](const std::string& from, const std::string& told) {
      const auto* row = spec::frame_reader::find(of_name<State>(from, spec::frame_reader::state_count),
                                                 of_name<Event>(told, spec::frame_reader::event_count));
      return row == nullptr ? std::string("ignored") : std::string(name(row->handler));
    });
    return outcome;
  }

 private:
  FrameReader reader_;
};

}  // namespace

std::string disconnect_frame() {
  const auto octets = octets_of(Disconnect{});
  return {octets.begin(), octets.end()};
}

std::string text(const Step& step) {
  if (!step.wire.empty()) return step.wire;
  std::string line = step.side + ": " + step.from + " × " + step.event;
  if (step.row.empty()) return line;
  line += " → " + step.to + " by " + step.row + ", sending";
  for (const auto& word : step.sends) line += " " + word;
  return line;
}

std::unique_ptr<Machine> machine_of(const std::string& side, const std::vector<Step>& steps) {
  if (side == "server") return std::make_unique<Server>(steps);
  if (side == "client") return std::make_unique<Client>(steps);
  if (side == "frame") return std::make_unique<Reader>();
  throw std::invalid_argument("there is no side " + side);
}

}  // namespace coffer::golden
