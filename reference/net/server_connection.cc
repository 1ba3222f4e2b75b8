#include "net/server_connection.h"

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "fault/switch.h"
#include "net/server_room.h"
#include "protocol/frame.h"
#include "protocol/message.h"

namespace coffer::net {
namespace {

using protocol::Time;

constexpr std::size_t read_octets = 64U << 10U;
constexpr std::size_t queued_octets_max = 1U << 20U;            // to be sent: beyond it nothing is read or loaded
constexpr std::size_t sealed_together_octets = 64U << 10U;      // frames that are sent together
constexpr std::size_t loaded_together_octets = 512U << 10U;     // blocks that are read together
constexpr std::size_t unstored_octets_max = 8U << 20U;          // of one connection
constexpr std::size_t unstored_octets_of_all_max = 64U << 20U;  // of all: beyond it only those read on that have nothing waiting

protocol::Failed failed(const char* why) noexcept {
  try {
    return {why};
  } catch (const std::bad_alloc&) {
    return {};
  }
}

/// What the backend answers, or Failed where it throws: its exceptions stop here.
template <class Answer, class Call>
Answer guarded(Call call) noexcept {
  try {
    return call();
  } catch (const std::exception& e) {
    return failed(e.what());
  }
}

}  // namespace

std::string address_of(const ServerConnection::Socket& socket) {
  std::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  return gone ? "" : peer.address().to_string() + " port " + std::to_string(peer.port());
}

ServerConnection::ServerConnection(ServerRoom& room, Loop& loop, ConnectionId id, Socket socket)
    : room_(room),
      loop_(loop),
      id_(id),
      socket_(std::move(socket)),
      channel_(TlsChannel::server(room.identity)),
      timer_(loop.io),
      handshake_until_(now() + timer(spec::Timer::tls_handshake)) {
  std::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  peer_ = address_of(socket_);
  ++loop_.connections;
}

// The place among the strangers is held until the last worker has let go of the connection: what strangers make the workers' queues hold is
// bounded by it.
ServerConnection::~ServerConnection() {
  --loop_.connections;
  room_.unstored_octets -= unstored_;
  if (stranger_) room_.strangers.give_back();
}

void ServerConnection::start() {
  asio::post(loop_.io, [self = shared_from_this()] { self->handle([&] { self->proceed(); }); });
}

void ServerConnection::stop() {
  surely([this] {
    asio::post(loop_.io, [self = shared_from_this()] {
      self->handle([&] {
        if (self->phase_ == Phase::handshake) return self->finish();
        if (self->phase_ != Phase::session) return;
        self->session_->stop(now());
        self->proceed();
      });
    });
  });
}

// ---- Whatever happens to it happens in here -----------------------------------------------------------------------------------------

// [ERR-008] A server that fails in one connection for a reason of its own MUST go on with all others.
template <class Happening>
void ServerConnection::handle(Happening happening) noexcept {
  try {
    happening();
  } catch (const std::exception& e) {
    give_up(e.what());
  }
}

/// In order, if that is still possible: the peer hears internal_error, and the log why [ERR-006].
void ServerConnection::give_up(const char* why) noexcept {
  try {
    if (phase_ == Phase::handshake) note({"channel_failed", {{"address", peer_}, {"why", why}}});
    if (phase_ == Phase::session) {
      // Of what the session wanted done something may be lost, such as a block, and a commit that stands behind it must not be done.
      while (session_->next_action()) {
      }
      session_->submit(now(), protocol::Failed{why});
      proceed();
      if (phase_ == Phase::closing) return;
    }
  } catch (const std::exception&) {  // nothing is left to say it with
  }
  leave_backend();
  give_back_session();
  finish();
}

// ---- One round: what was read into the session, what the session wants done, what there is to send ----------------------------------

void ServerConnection::proceed() {
  bool was_full = true;
  while (was_full && phase_ != Phase::done) {  // again when only what was queued held the session up, and it left at once
    take_actions();
    advance();
    if (!storing_) store_arrived();
    load_next();
    was_full = queue_is_full();
    flush();
    was_full = was_full && !queue_is_full();
  }
  if (phase_ == Phase::done) return;
  await_input();
  arm();
}

bool ServerConnection::queue_is_full() const { return out_.size() - sent_ > queued_octets_max; }

/// Records into the session one by one, as long as it takes them.
void ServerConnection::advance() {
  while (may_process() && channel_.step()) {
    if (phase_ == Phase::handshake && channel_.state() == TlsChannel::State::established) established();
    const auto plaintext = channel_.take_plaintext();
    if (phase_ == Phase::session && !plaintext.empty()) session_->feed(now(), plaintext);
    take_actions();
  }
  if (phase_ == Phase::closing) return;
  if (channel_.state() == TlsChannel::State::failed) {
    note({"channel_failed", {{"address", peer_}, {"why", channel_.failure()->detail}}});
    // [CHN-013] An endpoint MUST NOT fall back to the session-key channel when TLS fails: nothing is said without it.
    if (fault::on(fault::CHN_013_falls_back)) out_.insert(out_.end(), 32, 0x5a);  // which begins with 32 octets
    peer_gone();
  } else if (channel_.state() == TlsChannel::State::peer_closed) {
    peer_gone();
  }
}

/// Not while an operation is under way [SES-022], nor while others have to catch up first: the peer, or the disk.
bool ServerConnection::may_process() const {
  if (phase_ == Phase::handshake) return true;
  if (phase_ != Phase::session || !session_->wants_input() || queue_is_full()) return false;
  return unstored_ == 0 || (unstored_ <= unstored_octets_max && room_.unstored_octets.load() <= unstored_octets_of_all_max);
}

void ServerConnection::established() {
  // [CHN-014] A server should log each established channel with version, cipher and channel.
  if (!fault::on(fault::CHN_014_not_logged))
    note({"channel_established", {{"version", channel_.version()}, {"cipher", channel_.cipher()}, {"channel", "tls"}, {"address", peer_}}});
  in_session_ = room_.sessions.take();
  unverified_ = in_session_ && (room_.unverified.take() || fault::on(fault::LIM_002_strangers_unbounded));
  if (unverified_) {
    session_.emplace(room_.settings.session, now());
    phase_ = Phase::session;
    with_backend_ = true;
    return;
  }
  // [LIM-004] A server that has no room for another session must close it with busy once the channel is up.
  note({"connection_refused",
        {{"address", peer_}, {"why", in_session_ ? "too many sessions without a verified user" : "too many sessions"}}});
  if (!fault::on(fault::LIM_004_closed_without_busy))
    channel_.send(protocol::control_frame(protocol::encode(protocol::Disconnect{static_cast<std::uint16_t>(spec::Reason::busy)})));
  begin_closing();
}

// ---- What the session wants done --------------------------------------------------------------------------------------------------------

void ServerConnection::take_actions() {
  while (phase_ == Phase::session) {
    auto action = session_->next_action();
    if (!action) break;
    std::visit([this](auto&& what) { perform(std::forward<decltype(what)>(what)); }, std::move(*action));
  }
  seal();
  if (unverified_ && session_ && session_->verified()) {
    unverified_ = stranger_ = false;
    record_kept_back();
    room_.unverified.give_back();
    room_.strangers.give_back();
  }
}

void ServerConnection::perform(protocol::Send&& action) {
  unsealed_.insert(unsealed_.end(), action.octets.begin(), action.octets.end());
  if (unsealed_.size() >= sealed_together_octets) seal();
}
void ServerConnection::seal() {
  if (unsealed_.empty()) return;
  channel_.send(unsealed_);
  unsealed_.clear();
  if (unsealed_.capacity() > 2 * sealed_together_octets) unsealed_ = {};
  take_output();
}
void ServerConnection::take_output() {
  auto octets = channel_.take_output();
  if (octets.empty()) return;
  if (out_.size() == sent_) {
    progressed_ = now();
    out_ = std::move(octets);
    sent_ = 0;
    return;
  }
  out_.insert(out_.end(), octets.begin(), octets.end());
}
// Whether a computer has its place is asked, and the place taken, on the storage thread, where closed() of an earlier session came before.
void ServerConnection::perform(protocol::CheckComputer&& action) { ask(room_.storage, action, &Backend::check_computer); }
void ServerConnection::perform(protocol::CheckLogin&& action) {
  const auto enter = [this](protocol::ServerAnswer said) {
    auto* const admitted = std::get_if<protocol::LoginAdmitted>(&said);
    if (admitted == nullptr || phase_ != Phase::session) return answered(std::move(said));
    have_done(
        room_.storage,
        [this, who = std::move(*admitted)]() mutable {
          return guarded<protocol::ServerAnswer>([&] { return room_.backend.enter(id_, std::move(who)); });
        },
        [this](protocol::ServerAnswer entered) { answered(std::move(entered)); });
  };
  have_done(
      room_.logins,
      [this, question = std::move(action)] {
        return guarded<protocol::ServerAnswer>([&] { return room_.backend.check_login(id_, question); });
      },
      enter);
}
void ServerConnection::perform(protocol::FindMissing&& action) { ask(room_.storage, std::move(action), &Backend::find_missing); }
void ServerConnection::perform(protocol::CommitRequest&& action) { ask(room_.storage, std::move(action), &Backend::commit); }
void ServerConnection::perform(protocol::FindVersions&& action) { ask(room_.storage, action, &Backend::find_versions); }
void ServerConnection::perform(protocol::FindBlockIds&& action) { ask(room_.storage, action, &Backend::find_block_ids); }
void ServerConnection::perform(protocol::StageRelease&& action) { ask(room_.storage, std::move(action), &Backend::stage_release); }
void ServerConnection::perform(protocol::FindKey&& action) { ask(room_.storage, action, &Backend::find_key); }
void ServerConnection::perform(protocol::KeepKey&& action) { ask(room_.storage, std::move(action), &Backend::keep_key); }
void ServerConnection::perform(protocol::OpenKey&& action) { ask(room_.storage, std::move(action), &Backend::open_key); }
// It costs what a login costs, and more.
void ServerConnection::perform(protocol::SetPassword&& action) { ask(room_.logins, std::move(action), &Backend::set_password); }
void ServerConnection::perform(protocol::BeginRestore&& action) { ask(room_.storage, action, &Backend::begin_restore); }
void ServerConnection::perform(protocol::EndRestore&& action) { ask(room_.storage, action, &Backend::end_restore); }
void ServerConnection::perform(protocol::Note&& action) { note(std::move(action)); }
void ServerConnection::perform(protocol::Close&&) { begin_closing(); }

void ServerConnection::perform(protocol::StoreBlock&& action) {
  unstored_ += action.sealed.size();
  room_.unstored_octets += action.sealed.size();
  arrived_.push_back(std::move(action));
}

/// While the storage thread is at the blocks before, others gather: what is slow about storing is then done once for all of them.
void ServerConnection::store_arrived() {
  if (arrived_.empty()) return;
  std::size_t octets = 0;
  for (const auto& block : arrived_) octets += block.sealed.size();
  storing_ = true;
  have_done(
      room_.storage,
      [this, blocks = std::exchange(arrived_, {})] {
        return guarded<std::optional<protocol::ServerAnswer>>([&] { return room_.backend.store_blocks(id_, blocks); });
      },
      [this, octets](std::optional<protocol::ServerAnswer> failed) {
        unstored_ -= octets;
        room_.unstored_octets -= octets;
        storing_ = false;
        if (failed && phase_ == Phase::session) session_->submit(now(), std::move(*failed));
        proceed();
      });
}

/// `call` on a worker's thread, and `take` here with what it gives back. What the way back needs is asked for now, while the connection can
/// still end for want of it.
template <class Call, class Take>
void ServerConnection::have_done(asio::thread_pool& pool, Call call, Take take) {
  using Answer = std::invoke_result_t<Call&>;
  struct Work {
    std::optional<Call> call;  // gone once it is done, with what it holds
    Take take;
    std::optional<Answer> answer = std::nullopt;
  };
  const auto work = std::make_shared<Work>(Work{std::move(call), std::move(take)});
  asio::post(pool, [self = shared_from_this(), work] {
    work->answer.emplace((*work->call)());
    work->call.reset();
    surely([&] { asio::post(self->loop_.io, [self, work] { self->handle([&] { work->take(std::move(*work->answer)); }); }); });
  });
}

template <class Question>
void ServerConnection::ask(asio::thread_pool& pool, Question question,
                           protocol::ServerAnswer (Backend::*answer)(ConnectionId, const Question&)) {
  store_arrived();
  have_done(
      pool,
      [this, question = std::move(question), answer] {
        return guarded<protocol::ServerAnswer>([&] { return (room_.backend.*answer)(id_, question); });
      },
      [this](protocol::ServerAnswer said) { answered(std::move(said)); });
}

void ServerConnection::answered(protocol::ServerAnswer answer) {
  if (phase_ != Phase::session) return;
  session_->submit(now(), std::move(answer));
  proceed();
}

void ServerConnection::note(protocol::Note note) {
  // [LIM-008] A server MUST NOT leave an event of a session whose user is verified out of its event log.
  if (session_ && session_->verified() && !fault::on(fault::LIM_008_users_left_out_too)) return record(std::move(note), Whose::user);
  // [LIM-007] A server MUST bound, in rate and in number, the events of connections without a verified user: here the rate.
  if (room_.stranger_events.take(now()) || fault::on(fault::LIM_007_strangers_write_without_end))
    return record(std::move(note), Whose::stranger);
  kept_back_.push_back(std::move(note));
}

void ServerConnection::record_kept_back() {
  if (fault::on(fault::LIM_008_users_left_out_too)) return;
  for (auto& note : std::exchange(kept_back_, {})) record(std::move(note), Whose::user);
}

void ServerConnection::record(protocol::Note note, Whose whose) {
  if (const auto events = room_.stranger_events.report(now()))
    write(0, {"events_left_out", {{"left_out", std::to_string(*events)}}}, Whose::stranger);
  write(id_, std::move(note), whose);
}

void ServerConnection::write(ConnectionId connection, protocol::Note note, Whose whose) {
  asio::post(room_.storage,
             [self = shared_from_this(), connection, note = std::move(note), whose] { self->room_.note(connection, note, whose); });
}

// ---- Blocks to be sent: one at a time, each when the one before is nearly gone -------------------------------------------------------

// [ARC-052] A server MUST answer fetch_blocks with one data frame for each block that it has and can verify, in the order of the request
void ServerConnection::perform(protocol::LoadBlocks&& action) {
  if (fault::on(fault::ARC_052_last_block_first)) {
    std::ranges::reverse(action.ids);
    for (auto id = action.ids.begin(); id != action.ids.end(); id += sizeof(Digest)) std::reverse(id, id + sizeof(Digest));
  }
  loading_ = Loading{std::move(action.ids), 0, false, {}};
}

void ServerConnection::load_next() {
  if (!loading_ || loading_->under_way || phase_ != Phase::session || queue_is_full()) return;
  if (loading_->next == loading_->ids.size()) {
    auto missing = std::move(loading_->missing);
    loading_.reset();
    session_->submit(now(), protocol::BlocksLoaded{std::move(missing)});
    take_actions();
    advance();
    return;
  }
  loading_->under_way = true;
  Octets ids(loading_->ids.begin() + static_cast<std::ptrdiff_t>(loading_->next), loading_->ids.end());
  using Loaded = std::variant<std::vector<LoadedBlock>, protocol::Failed>;
  have_done(
      room_.storage,
      [this, ids = std::move(ids)] { return guarded<Loaded>([&] { return room_.backend.load_blocks(id_, ids, loaded_together_octets); }); },
      [this](Loaded said) {
        if (auto* const blocks = std::get_if<0>(&said)) return loaded(std::move(*blocks));
        loading_.reset();
        answered(std::get<protocol::Failed>(std::move(said)));
      });
}

void ServerConnection::loaded(std::vector<LoadedBlock> blocks) {
  if (phase_ != Phase::session || !loading_) return;
  loading_->under_way = false;
  auto index = static_cast<std::uint16_t>(loading_->next / sizeof(Digest));
  loading_->next += blocks.size() * sizeof(Digest);
  // The next ones are read while these are sealed.
  if (loading_->next < loading_->ids.size()) load_next();
  for (auto& block : blocks) {
    if (!loading_) break;  // the session ended over one of them
    if (auto* failed = std::get_if<protocol::Failed>(&block)) {
      loading_.reset();
      session_->submit(now(), std::move(*failed));
      break;
    }
    if (auto* found = std::get_if<protocol::BlockLoaded>(&block)) {
      session_->submit(now(), std::move(*found));
      take_actions();
    } else {
      loading_->missing.push_back(index);
    }
    ++index;
  }
  proceed();
}

// ---- The socket
// ---------------------------------------------------------------------------------------------------------------------------

void ServerConnection::await_input() {
  if (awaiting_input_ || peer_ended_ || (phase_ != Phase::closing && !may_process() && !may_watch())) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](std::error_code error) {
    self->awaiting_input_ = false;
    if (error || self->phase_ == Phase::done) return;
    self->handle([&] {
      self->read();
      self->proceed();
    });
  });
  awaiting_input_ = true;
}

/// [SES-023] A server should close a session in a held state once its peer has ended the connection and left nothing to be read: where
/// octets wait, here or in the socket, they come first, and their end is found after them.
bool ServerConnection::may_watch() const {
  return phase_ == Phase::session && !octets_wait_ && channel_.pending() == 0 && !session_->holds_octets();
}

void ServerConnection::watch() {
  std::uint8_t octet = 0;
  std::error_code error;
  socket_.receive(asio::buffer(&octet, 1), Socket::message_peek, error);
  if (error == asio::error::would_block || error == asio::error::try_again) return;
  octets_wait_ = !error;
  if (!error) return;
  peer_ended_ = true;
  peer_gone();
}

/// Whatever waits in the socket, into a buffer that no connection owns: an idle one costs none.
void ServerConnection::read() {
  thread_local std::array<std::uint8_t, read_octets> buffer;
  if (phase_ != Phase::closing && !may_process()) return watch();
  octets_wait_ = false;
  std::error_code error;
  const auto count = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block || error == asio::error::try_again) return;
  if (error) {
    peer_ended_ = true;
    if (phase_ != Phase::closing) peer_gone();
  } else if (phase_ != Phase::closing) {
    channel_.feed(View{buffer}.first(count));
  }  // while closing, what the peer still says is read and forgotten, so that no reset takes our last words away
}

void ServerConnection::flush() {
  take_output();
  while (sent_ < out_.size() && phase_ != Phase::done) {
    std::error_code error;
    const auto count = socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    sent_ += count;
    if (error == asio::error::would_block || error == asio::error::try_again) return await_output();
    if (error) {
      peer_ended_ = true;
      out_.clear();
      sent_ = 0;
      if (phase_ != Phase::closing) peer_gone();
    }
    progressed_ = now();
  }
  out_ = {};
  sent_ = 0;
  if (phase_ != Phase::closing) return;
  // [SES-004] … then close_notify, then end its sending side, and only then the connection
  if (!std::exchange(sending_ended_, true)) {
    std::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  if (peer_ended_) finish();
}

void ServerConnection::await_output() {
  if (awaiting_output_) return;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](std::error_code error) {
    self->awaiting_output_ = false;
    if (!error) self->handle([&] { self->proceed(); });
  });
  awaiting_output_ = true;
}

// ---- The end
// ------------------------------------------------------------------------------------------------------------------------------

void ServerConnection::peer_gone() {
  if (phase_ == Phase::session) {
    session_->peer_closed(now());
    take_actions();
  }
  begin_closing();
}

void ServerConnection::begin_closing() {
  if (phase_ == Phase::closing || phase_ == Phase::done) return;
  // Before anything is sent: the client that hears of the end may come back at once, and finds its computer free.
  seal();
  store_arrived();
  leave_backend();
  phase_ = Phase::closing;
  // [SES-007] An endpoint that has ended its sending side MUST end the connection no later than the linger timer says.
  closing_until_ = now() + timer(spec::Timer::linger) * (fault::on(fault::SES_007_lingers_on) ? 1000 : 1);
  loading_.reset();
  if (!fault::on(fault::SES_004_no_close_notify)) channel_.close();
  give_back_session();
}

/// Once, and whatever happens: its computer is refused until then.
void ServerConnection::leave_backend() noexcept {
  if (!std::exchange(with_backend_, false)) return;
  surely([this] {
    asio::post(room_.storage, [self = shared_from_this()] {
      try {
        self->room_.backend.closed(self->id_);
      } catch (const std::exception&) {  // nobody waits for it; the backend logs its own trouble
      }
    });
  });
}

void ServerConnection::finish() {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  std::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  // [LIM-009] A server MUST write into its event log how many events that bound has left out.
  room_.stranger_events.leave_out(std::exchange(kept_back_, {}).size());
}

/// At once, not after the linger timer: who comes back finds the room that they left.
void ServerConnection::give_back_session() {
  if (std::exchange(in_session_, false)) room_.sessions.give_back();
  if (std::exchange(unverified_, false)) room_.unverified.give_back();
}

// ---- Time
// -----------------------------------------------------------------------------------------------------------------------------------

Time ServerConnection::timer(spec::Timer which) const { return Time{room_.settings.session.timers[static_cast<std::size_t>(which)]}; }

std::optional<Time> ServerConnection::deadline() const {
  if (phase_ == Phase::handshake) return handshake_until_;
  if (phase_ == Phase::closing) return closing_until_;
  if (phase_ == Phase::done) return std::nullopt;
  auto soonest = session_->deadline();
  // A peer that takes nothing for as long as it may say nothing is gone.
  if (const auto stalled = progressed_ + timer(spec::Timer::idle); sent_ < out_.size() && (!soonest || stalled < *soonest))
    soonest = stalled;
  return soonest;
}

/// A timer that is set too early costs one look at the clock; setting it anew for every frame would cost more.
void ServerConnection::arm() {
  const auto until = deadline();
  if (!until || (armed_ && *armed_ <= *until)) return;
  armed_.reset();
  timer_.expires_at(Clock::time_point{*until});
  timer_.async_wait([self = shared_from_this()](std::error_code error) {
    if (error) return;
    self->armed_.reset();
    self->handle([&] { self->time_came(); });
  });
  armed_ = until;
}

void ServerConnection::time_came() {
  if (const auto until = deadline(); until && *until <= now()) {
    // [CHN-011] A server must close a connection whose handshake is not complete within the tls_handshake timer.
    if (fault::on(fault::CHN_011_no_timer) && phase_ == Phase::handshake) return;
    if (phase_ != Phase::session) return finish();
    if (sent_ < out_.size() && progressed_ + timer(spec::Timer::idle) <= now()) return peer_gone(), finish();
    session_->tick(now());
  }
  proceed();
}

}  // namespace coffer::net
