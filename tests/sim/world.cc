#include "world.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "protocol/checksum.h"
#include "protocol/samples.h"

namespace coffer::sim {

namespace p = protocol;

std::string_view name(Trouble trouble) {
  switch (trouble) {
    case Trouble::none: return "none";
    case Trouble::lost_connection: return "lost_connection";
    case Trouble::silence: return "silence";
    case Trouble::dropped: return "dropped";
    case Trouble::doubled: return "doubled";
    case Trouble::swapped: return "swapped";
    case Trouble::truncated: return "truncated";
    case Trouble::flipped: return "flipped";
  }
  return {};
}

p::SendBlock make_block(unsigned number) {
  p::SendBlock block;
  block.id.fill(static_cast<std::uint8_t>(number + 1));
  block.sealed.assign(30 + 1000 * number, static_cast<std::uint8_t>(number));
  block.checksum = p::Checksum().of(block.sealed);
  return block;
}

namespace {

Octets ids_of(unsigned count) {
  Octets ids;
  for (unsigned i = 0; i < count; ++i) {
    const auto id = make_block(i).id;
    ids.insert(ids.end(), id.begin(), id.end());
  }
  return ids;
}

Digest id_at(View ids, std::size_t index) {
  Digest id;
  std::ranges::copy(ids.subspan(index * id.size(), id.size()), id.begin());
  return id;
}

class World {
 public:
  World(const Plan& plan, Store& store) : plan_(plan), store_(store), random_(plan.seed) {}

  Outcome run() {
    at(Time(1), [this] { client_.connected(now_); });
    if (plan_.stop_server_at) at(*plan_.stop_server_at, [this] { server_.stop(now_); });
    constexpr std::size_t steps_max = 100'000;
    for (std::size_t step = 0;; ++step) {
      pump();
      if (closed()) break;
      if (step == steps_max || !advance()) {
        outcome_.hung = true;
        break;
      }
    }
    outcome_.server = server_.state();
    outcome_.client = client_.state();
    return std::move(outcome_);
  }

 private:
  struct Later {
    Time when;
    std::uint64_t order;
    std::function<void()> act;
    bool operator<(const Later& other) const { return std::tie(when, order) > std::tie(other.when, other.order); }
  };

  void at(Time when, std::function<void()> act) { later_.push({when, ++order_, std::move(act)}); }
  bool closed() const { return server_.state() == spec::server_session::final && client_.state() == spec::client_session::final; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  /// Goes on to the next thing that happens: an event, or a session's deadline. False when nothing ever will.
  bool advance() {
    std::optional<Time> next;
    const auto earlier = [&](std::optional<Time> when) {
      if (when && (!next || *when < *next)) next = when;
    };
    earlier(server_.deadline());
    earlier(client_.deadline());
    if (!later_.empty()) earlier(later_.top().when);
    if (!next) return false;
    now_ = std::max(now_, *next);
    server_.tick(now_);
    client_.tick(now_);
    while (!later_.empty() && later_.top().when <= now_) {
      const auto act = later_.top().act;
      later_.pop();
      act();
      pump();
    }
    return true;
  }

  // ---- The link ----------------------------------------------------------------------------------------------------------------------

  struct Pipe {
    std::size_t frames = 0;
    std::optional<Octets> swapped;
    bool cut = false;  // nothing arrives any more
    Time arrives{0};
  };
  Pipe& pipe(Direction direction) { return direction == Direction::to_server ? to_server_ : to_client_; }

  /// One frame onto the link, with what goes wrong there.
  void transmit(Direction direction, Octets octets) {
    auto& line = pipe(direction);
    const auto index = line.frames++;
    const bool now_it_happens = plan_.trouble != Trouble::none && plan_.direction == direction && plan_.frame == index;
    if (!now_it_happens) {
      deliver(direction, std::move(octets));
      if (line.swapped) deliver(direction, *std::exchange(line.swapped, std::nullopt));
      return;
    }
    switch (plan_.trouble) {
      case Trouble::none: break;
      case Trouble::lost_connection: lose(); break;
      case Trouble::silence: line.cut = true; break;
      case Trouble::dropped: break;
      case Trouble::doubled:
        deliver(direction, octets);
        deliver(direction, octets);
        break;
      case Trouble::swapped: line.swapped = std::move(octets); break;
      case Trouble::truncated:
        octets.resize(octets.size() / 2);
        deliver(direction, std::move(octets));
        lose();
        break;
      case Trouble::flipped:
        octets[below(octets.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        deliver(direction, std::move(octets));
        break;
    }
  }

  void deliver(Direction direction, Octets octets) {
    auto& line = pipe(direction);
    if (line.cut) return;
    const View all(octets);
    for (std::size_t from = 0; from < all.size();) {
      const auto left = all.size() - from;
      const auto size = plan_.in_pieces ? std::min<std::size_t>(left, 1 + below(below(4) == 0 ? 5 : 700)) : left;
      line.arrives = std::max(line.arrives, now_) + Time(plan_.in_pieces ? below(3) : 1);
      at(line.arrives, [this, direction,
                        piece = Octets(all.begin() + static_cast<std::ptrdiff_t>(from),
                                       all.begin() + static_cast<std::ptrdiff_t>(from + size))] { arrive(direction, piece); });
      from += size;
    }
  }

  void arrive(Direction direction, View octets) {
    if (direction == Direction::to_client) return client_.feed(now_, octets);
    // A shell leaves octets in its socket while the session does not want them.
    held_.insert(held_.end(), octets.begin(), octets.end());
    offer_held();
  }

  void offer_held() {
    if (held_.empty() || (!server_.wants_input() && server_.state() != spec::server_session::final)) return;
    const auto octets = std::exchange(held_, {});
    server_.feed(now_, octets);
  }

  /// Both ends learn of it after what is still on its way.
  void lose() {
    for (const auto direction : {Direction::to_server, Direction::to_client}) end_of(direction);
    to_server_.cut = to_client_.cut = true;
  }

  void end_of(Direction direction) {
    auto& line = pipe(direction);
    line.arrives = std::max(line.arrives, now_) + Time(1);
    at(line.arrives, [this, direction] {
      if (direction == Direction::to_client) return client_.peer_closed(now_);
      peer_is_gone_ = true;
      tell_server();
    });
  }

  /// The end of the stream is read after the octets before it, and so is held like them.
  void tell_server() {
    offer_held();
    if (peer_is_gone_ && held_.empty() && server_.wants_input()) server_.peer_closed(now_);
  }

  // ---- What the sessions want done ---------------------------------------------------------------------------------------------------

  void pump() {
    for (bool moved = true; moved;) {
      moved = false;
      while (auto action = server_.next_action()) {
        moved = true;
        if (server_over_) complain("the server acts after Close");
        std::visit([this](auto& wanted) { serve(wanted); }, *action);
      }
      while (auto action = client_.next_action()) {
        moved = true;
        if (client_over_) complain("the client acts after its end");
        std::visit([this](auto& told) { hear(told); }, *action);
      }
      tell_server();
    }
  }

  void complain(std::string what) { outcome_.complaints.push_back(std::move(what)); }

  /// The store's answer comes some time later; a request of it may be the one that fails.
  void answer_later(std::function<p::ServerAnswer()> work) {
    const bool fails = plan_.fail_store_at && *plan_.fail_store_at == store_requests_++;
    at(now_ + Time(1 + below(5)),
       [this, fails, work = std::move(work)] { server_.submit(now_, fails ? p::ServerAnswer(p::Failed{"planned"}) : work()); });
  }

  void verified_only(std::string_view what) {
    if (!server_.verified()) complain("before the login: " + std::string(what));
  }

  void serve(p::Send& action) { transmit(Direction::to_client, std::move(action.octets)); }
  void serve(p::CheckComputer&) {
    answer_later([] { return p::ComputerAdmitted{}; });
  }
  void serve(p::CheckLogin&) {
    answer_later([] { return p::LoginAdmitted{p::samples::user, 3, p::samples::server_config, {{"name", "value", false}}}; });
  }
  void serve(p::FindMissing& action) {
    verified_only("find missing");
    answer_later([this, ids = action.ids] { return p::MissingFound{store_.missing(ids)}; });
  }
  void serve(p::StoreBlock& action) {
    verified_only("store block");
    if (plan_.fail_store_at && *plan_.fail_store_at == store_requests_++) {
      store_.broken = true;
      at(now_ + Time(1 + below(5)), [this] { server_.submit(now_, p::Failed{"planned"}); });
      return;
    }
    store_.blocks[action.id] = {action.checksum, std::move(action.sealed)};
  }
  void serve(p::CommitRequest& action) {
    verified_only("commit");
    answer_later([this, version = action.version] { return store_.commit(version); });
  }
  void serve(p::FindVersions& action) {
    verified_only("find versions");
    answer_later([this, from = action.from] {
      p::VersionsFound found;
      for (const auto& version : store_.versions)
        if (version.number >= from) found.entries.push_back({version.number, version.link, version.record});
      found.more = found.entries.size() > 3;
      found.entries.resize(std::min<std::size_t>(found.entries.size(), 3));
      return found;
    });
  }
  void serve(p::FindBlockIds&) { complain("nobody asked for a list of blocks"); }
  void serve(p::StageRelease&) { complain("nobody released blocks"); }
  void serve(p::FindKey&) { complain("nobody asked for a key"); }
  void serve(p::KeepKey&) { complain("nobody sent a key record"); }
  void serve(p::OpenKey&) { complain("nobody recovered a key"); }
  void serve(p::SetPassword&) { complain("nobody changed a password"); }
  void serve(p::BeginRestore& action) {
    verified_only("begin restore");
    answer_later([this, version = action.version]() -> p::ServerAnswer {
      if (version > store_.versions.size()) return p::Refused{spec::Reason::no_such_version, ""};
      return p::RestoreAdmitted{};
    });
  }
  void serve(p::LoadBlocks& action) {
    verified_only("load blocks");
    std::vector<std::uint16_t> missing;
    for (std::size_t i = 0; i * 32 < action.ids.size(); ++i) {
      const auto id = id_at(action.ids, i);
      const auto found = store_.blocks.find(id);
      if (found == store_.blocks.end()) {
        missing.push_back(static_cast<std::uint16_t>(i));
      } else {
        at(now_ + Time(1), [this, id, block = found->second] { server_.submit(now_, p::BlockLoaded{id, block.checksum, block.sealed}); });
      }
    }
    at(now_ + Time(2), [this, missing] { server_.submit(now_, p::BlocksLoaded{missing}); });
  }
  void serve(p::EndRestore&) {
    answer_later([] { return p::RestoreClosed{}; });
  }
  void serve(p::Note& action) {
    if (action.event == "restore_begun") ++restores_open_;
    if (action.event == "restore_ended") --restores_open_;
  }
  void serve(p::Close&) {
    server_over_ = true;
    if (restores_open_ != 0) complain("a restore was logged whose end was not");
    end_of(Direction::to_client);
  }

  // ---- The client's program: back up a version, look, restore it, leave ----------------------------------------------------------------

  void ask(p::ClientRequest request) {
    if (!client_.submit(now_, std::move(request))) complain("the client refuses a sensible request");
  }

  void hear(p::Send& action) { transmit(Direction::to_server, std::move(action.octets)); }
  void hear(p::Close&) { end_of(Direction::to_server); }
  void hear(p::ServerSeen&) {}
  void hear(p::LoggedIn&) {}
  void hear(p::Configured&) {}
  void hear(p::SessionReady&) { ask(p::BeginPing{77}); }
  void hear(p::Alive&) { ask(p::BeginOffer{ids_of(blocks_of_version)}); }
  void hear(p::Wanted& told) {
    for (const auto index : told.indices) ask(make_block(index));
    if (client_.state() != spec::client_session::State::ready) return;
    const auto number = store_.versions.size() + 1;
    const auto previous = store_.versions.empty() ? Octets(32) : store_.versions.back().link;
    ask(p::BeginCommit{{number, previous, Octets(32, static_cast<std::uint8_t>(number)), Octets(100, 1)}});
  }
  void hear(p::VersionStored& told) {
    outcome_.acknowledged.push_back(told.number);
    const bool durable = told.number >= 1 && told.number <= store_.versions.size();
    const auto ids = ids_of(blocks_of_version);
    if (!durable || !store_.missing(ids).empty()) outcome_.acknowledged_but_not_durable.push_back(told.number);
    ask(p::BeginList{1});
  }
  void hear(p::VersionsListed& told) {
    if (told.entries.empty()) return ask(p::Leave{});
    ask(p::RequestRestore{told.entries.back().number, 0});
  }
  void hear(p::BlocksListed&) {}
  void hear(p::ReleaseTaken&) {}
  void hear(p::KeyShown&) {}
  void hear(p::KeyAcknowledged&) {}
  void hear(p::KeyHandedOver&) {}
  void hear(p::PasswordTaken&) {}
  void hear(p::RestoreStarted&) { ask(p::BeginFetch{ids_of(blocks_of_version)}); }
  void hear(p::BlockArrived& told) { outcome_.restored[told.id] = std::move(told.sealed); }
  void hear(p::BlocksEnded& told) {
    outcome_.restored_whole = told.missing.empty();
    ask(p::FinishRestore{outcome_.restored_whole});
  }
  void hear(p::RestoreFinished&) {
    outcome_.finished = true;
    ask(p::Leave{});
  }
  void hear(p::Ended& told) {
    client_over_ = true;
    outcome_.ended = std::move(told);
    outcome_.frames_to_server = to_server_.frames;
    outcome_.frames_to_client = to_client_.frames;
  }

  Plan plan_;
  Store& store_;
  std::mt19937_64 random_;
  Time now_{0};
  std::uint64_t order_ = 0;
  std::priority_queue<Later> later_;
  Pipe to_server_, to_client_;
  Octets held_;
  bool peer_is_gone_ = false, server_over_ = false, client_over_ = false;
  std::size_t store_requests_ = 0;
  int restores_open_ = 0;
  Outcome outcome_;
  p::ServerSettings settings_{p::samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  p::ServerSession server_{settings_, Time(0)};
  p::ClientSession client_{{p::samples::version(), p::samples::computer, p::samples::login(), p::samples::server, p::samples::client_config,
                            spec::timer_milliseconds},
                           Time(0)};
};

}  // namespace

std::vector<std::uint16_t> Store::missing(View ids) const {
  std::vector<std::uint16_t> indices;
  for (std::size_t i = 0; i * 32 < ids.size(); ++i)
    if (!blocks.contains(id_at(ids, i))) indices.push_back(static_cast<std::uint16_t>(i));
  return indices;
}

p::ServerAnswer Store::commit(const p::CommitVersion& version) {
  if (broken) return p::Failed{"a block before it was lost"};
  const auto previous = versions.empty() ? Octets(32) : versions.back().link;
  if (version.number != versions.size() + 1 || version.previous != previous) return p::Refused{spec::Reason::version_conflict, ""};
  versions.push_back(version);
  return p::Committed{};
}

Outcome run(const Plan& plan, Store& store) { return World(plan, store).run(); }

}  // namespace coffer::sim
