// The only file of the suite that speaks Botan's TLS. Its exceptions stop here.
#include "peer/channel.h"

#include <botan/credentials_manager.h>
#include <botan/hmac_drbg.h>
#include <botan/mac.h>
#include <botan/tls_alert.h>
#include <botan/tls_client.h>
#include <botan/tls_exceptn.h>
#include <botan/tls_extensions.h>
#include <botan/tls_policy.h>
#include <botan/tls_server.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "peer/credentials_parts.h"

namespace coffer::conformance {
namespace {

namespace TLS = Botan::TLS;

/// What the specification asks for, and nothing else [CHN-003, CHN-004].
class StrictPolicy : public TLS::Policy {
 public:
  std::vector<std::string> allowed_ciphers() const override { return {"AES-256/GCM"}; }
  std::vector<std::string> allowed_macs() const override { return {"AEAD"}; }
  std::vector<std::string> allowed_key_exchange_methods() const override { return {"ECDH"}; }
  std::vector<std::string> allowed_signature_methods() const override { return {"RSA"}; }
  bool allow_tls10() const override { return false; }
  bool allow_tls11() const override { return false; }
  bool allow_tls12() const override { return true; }
  bool allow_dtls10() const override { return false; }
  bool allow_dtls12() const override { return false; }
  bool require_cert_revocation_info() const override { return false; }
  bool include_time_in_hello_random() const override { return false; }
  bool support_cert_status_message() const override { return false; }
};

class OneKey : public Botan::Credentials_Manager {
 public:
  explicit OneKey(const ServerCredentials::Parts* parts) : parts_(parts) {}
  std::vector<Botan::X509_Certificate> cert_chain(const std::vector<std::string>& types, const std::string& type,
                                                  const std::string&) override {
    const bool wanted = type == "tls-server" && parts_ != nullptr && std::find(types.begin(), types.end(), "RSA") != types.end();
    return wanted ? std::vector{*parts_->certificate} : std::vector<Botan::X509_Certificate>{};
  }
  Botan::Private_Key* private_key_for(const Botan::X509_Certificate&, const std::string&, const std::string&) override {
    return parts_->key.get();
  }

 private:
  const ServerCredentials::Parts* parts_;
};

constexpr std::size_t record_header_octets = 5;

/// A client hello as the network hands it on.
void alter(Octets& record, ClientChannelOptions::Altered what) {
  constexpr std::size_t minor_version = 10;  // behind the headers of record and message, and the major one
  constexpr std::size_t session_id = 43;     // its length, behind version and random
  const std::size_t suites = session_id + 1 + (record.size() > session_id ? record[session_id] : 0);
  if (record.size() < suites + 2) return;
  if (what == ClientChannelOptions::Altered::version) record[minor_version] = 0x04;
  if (what != ClientChannelOptions::Altered::suites) return;
  const Octets more{0xC0, 0x2F};  // ECDHE_RSA_WITH_AES_128_GCM_SHA256, behind what is offered
  const std::size_t behind = suites + 2 + record[suites] * std::size_t{256} + record[suites + 1];
  record.insert(record.begin() + static_cast<std::ptrdiff_t>(std::min(behind, record.size())), more.begin(), more.end());
  for (const std::size_t length : {std::size_t{3}, std::size_t{7}, suites}) {  // of the record, of the message, of the suites
    const auto octets = static_cast<std::uint16_t>(record[length] * 256 + record[length + 1] + 2);
    record[length] = static_cast<std::uint8_t>(octets >> 8);
    record[length + 1] = static_cast<std::uint8_t>(octets);
  }
}

/// The first whole record of what came, or nothing.
View whole_record(View octets) {
  if (octets.size() < record_header_octets) return {};
  const auto all = record_header_octets + octets[3] * std::size_t{256} + octets[4];
  return octets.size() < all ? View() : octets.first(all);
}

/// Reads what a side says of itself before it encrypts (RFC 5246, 7.4; RFC 8422, 5.4 and 5.7).
class FlightReader {
 public:
  void take(View record, Flight& into) {
    constexpr std::uint8_t change_cipher_spec = 20, handshake = 22;
    if (into.changed_cipher) return;
    if (record[0] == change_cipher_spec) into.changed_cipher = true;
    if (record[0] != handshake) return;
    messages_.insert(messages_.end(), record.begin() + record_header_octets, record.end());
    for (;;) {
      constexpr std::size_t head = 4;
      if (messages_.size() < head) return;
      const std::size_t body = messages_[1] * std::size_t{65536} + messages_[2] * std::size_t{256} + messages_[3];
      if (messages_.size() < head + body) return;
      read(messages_[0], View(messages_).subspan(head, body), into);
      messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(head + body));
    }
  }

 private:
  static void read(std::uint8_t type, View body, Flight& into) {
    constexpr std::uint8_t client_hello = 1, server_hello = 2, server_key_exchange = 12, client_key_exchange = 16;
    const auto part = [&](std::size_t at, std::size_t size) {
      return body.size() < at + size
                 ? Octets()
                 : Octets(body.begin() + static_cast<std::ptrdiff_t>(at), body.begin() + static_cast<std::ptrdiff_t>(at + size));
    };
    if (type == client_hello || type == server_hello) into.random = part(2, 32);
    if (type == server_key_exchange && body.size() > 4) into.share = part(4, body[3]);  // behind curve type, curve and length
    if (type == client_key_exchange && !body.empty()) into.share = part(1, body[0]);
  }
  Octets messages_;  // of the handshake, as far as they are not whole yet
};

}  // namespace

struct Channel::Machine final : TLS::Callbacks {
  Machine(Socket socket_, Recorder& recorder_, char name_, View seed, const ServerCredentials::Parts* credentials_)
      : socket(std::move(socket_)),
        recorder(recorder_),
        name(name_),
        credentials(credentials_),
        rng(Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)")) {
    rng.initialize_with(seed.data(), seed.size());
  }

  // ---- Botan's callbacks ----
  void tls_emit_data(const std::uint8_t data[], std::size_t size) override { outgoing.insert(outgoing.end(), data, data + size); }
  void tls_record_received(std::uint64_t, const std::uint8_t data[], std::size_t size) override {
    plain.insert(plain.end(), data, data + size);
  }
  void tls_alert(TLS::Alert alert) override {
    if (alert.type() == TLS::Alert::CLOSE_NOTIFY) {
      end.close_notify = true;
      heard("close_notify received");
      return;
    }
    heard(fmt::format("TLS alert received: {} ({}{})", alert.type_string(), alert.is_fatal() ? "fatal, " : "warning, ",
                      static_cast<int>(alert.type())));
    if (alert.type() == TLS::Alert::NO_RENEGOTIATION) stays_as_it_is = true;
    if (alert.is_fatal()) end.alert = static_cast<std::uint8_t>(alert.type());
  }
  bool tls_session_established(const TLS::Session& session) override {
    ++facts.handshakes;
    facts.version = session.version().version_code();
    facts.suite = session.ciphersuite_code();
    facts.extended_master_secret = session.supports_extended_master_secret();
    if (client_side) {
      facts.resumed = !chain_seen;
      if (!session.peer_certs().empty()) facts.server_pin = pin_of(session.peer_certs().front());
    }
    chain_seen = false;
    return keep_sessions;
  }
  void tls_verify_cert_chain(const std::vector<Botan::X509_Certificate>& chain,
                             const std::vector<std::shared_ptr<const Botan::OCSP::Response>>&,
                             const std::vector<Botan::Certificate_Store*>&, Botan::Usage_Type, const std::string&,
                             const TLS::Policy&) override {
    chain_seen = true;
    facts.server_pin = pin_of(chain.front());
    if (pin && *pin != facts.server_pin)
      throw TLS::TLS_Exception(TLS::Alert::BAD_CERTIFICATE, "the server's key is not the pinned one: " + hex(facts.server_pin));
  }
  void tls_modify_extensions(TLS::Extensions& extensions, TLS::Connection_Side side) override {
    if (side == TLS::SERVER && without_extended_master_secret) extensions.remove_extension(TLS::TLSEXT_EXTENDED_MASTER_SECRET);
  }

  // ---- The transcript ----
  /// Notes what came, in its place: after the octets that came before it and that nobody has looked at yet.
  void heard(std::string what) {
    if (plain.empty())
      recorder.happened(name, std::move(what));
    else
      unnoted.push_back(std::move(what));
  }
  /// What is asked of the channel next shows that the octets before were looked at.
  void note_heard() {
    for (auto& what : std::exchange(unnoted, {})) recorder.happened(name, std::move(what));
  }

  // ---- Octets in and out ----
  bool flush(Deadline deadline) {
    const bool sent = outgoing.empty() || socket.send(outgoing, deadline);
    outgoing.clear();
    return sent;
  }

  /// What came, record by record, before TLS has its say.
  void look_at(View raw) {
    arrived.insert(arrived.end(), raw.begin(), raw.end());
    for (View record = whole_record(arrived); !record.empty(); record = whole_record(arrived)) {
      reader.take(record, flight);
      last_received.assign(record.begin(), record.end());
      arrived.erase(arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(record.size()));
    }
  }

  /// Takes what arrives next through TLS.
  Arrival step(Deadline deadline) {
    Octets raw;
    const auto arrival = socket.receive(raw, deadline);
    if (arrival == Arrival::ended && !end.finished) {
      end.finished = true;
      heard("end of stream received");
    }
    if (arrival == Arrival::reset && !end.reset) {
      end.reset = true;
      heard("connection reset");
    }
    if (arrival != Arrival::octets) return arrival;
    look_at(raw);
    try {
      tls->received_data(raw);
    } catch (const std::exception& error) {
      broken = error.what();
      heard(fmt::format("TLS failed here: {}", error.what()));
    }
    flush(deadline);
    return broken.empty() ? Arrival::octets : Arrival::reset;
  }

  Socket socket;
  Recorder& recorder;
  char name;
  bool client_side = false;
  StrictPolicy policy;
  const ServerCredentials::Parts* credentials;
  OneKey keys{credentials};
  Botan::HMAC_DRBG rng;
  TLS::Session_Manager_Noop no_sessions;
  std::unique_ptr<TLS::Session_Manager> own_sessions;
  bool keep_sessions = false;
  bool without_extended_master_secret = false;
  std::optional<Octets> pin;
  bool chain_seen = false;
  std::optional<std::size_t> corrupt_next;  // so many octets before the last
  bool keep_next = false;
  Octets last_sent, last_received, arrived;  // records; of the last one that came what there is of it
  FlightReader reader;
  Flight flight;
  bool stays_as_it_is = false;  // no_renegotiation came
  Octets outgoing, plain;
  std::vector<std::string> unnoted;  // heard behind octets that are still in `plain`, or were just handed out
  std::string broken;
  ChannelFacts facts;
  ChannelEnd end;
  std::unique_ptr<TLS::Channel> tls;  // last: it speaks to all of the above
};

Channel::Channel(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Channel::~Channel() = default;

std::unique_ptr<Channel> Channel::client(Socket socket, Recorder& recorder, char name, const ClientChannelOptions& options, View seed) {
  auto machine = std::make_unique<Machine>(std::move(socket), recorder, name, seed, nullptr);
  machine->client_side = true;
  machine->pin = options.pin;
  machine->keep_sessions = options.offer_resumption;
  TLS::Session_Manager& sessions =
      options.offer_resumption ? static_cast<TLS::Session_Manager&>(options.memory->parts().sessions) : machine->no_sessions;
  machine->tls = std::make_unique<TLS::Client>(*machine, sessions, machine->keys, machine->policy, machine->rng,
                                               TLS::Server_Information("coffer", 0), TLS::Protocol_Version(TLS::Protocol_Version::TLS_V12));
  alter(machine->outgoing, options.hello);
  return std::unique_ptr<Channel>(new Channel(std::move(machine)));
}

std::unique_ptr<Channel> Channel::server(Socket socket, Recorder& recorder, char name, const ServerCredentials& credentials,
                                         const ServerChannelOptions& options, View seed) {
  auto machine = std::make_unique<Machine>(std::move(socket), recorder, name, seed, &credentials.parts());
  machine->without_extended_master_secret = options.without_extended_master_secret;
  machine->keep_sessions = options.allow_resumption;
  if (options.allow_resumption) machine->own_sessions = std::make_unique<TLS::Session_Manager_In_Memory>(machine->rng);
  TLS::Session_Manager& sessions = machine->own_sessions ? *machine->own_sessions : machine->no_sessions;
  machine->tls = std::make_unique<TLS::Server>(*machine, sessions, machine->keys, machine->policy, machine->rng);
  return std::unique_ptr<Channel>(new Channel(std::move(machine)));
}

std::optional<std::string> Channel::handshake(Deadline deadline) {
  auto& m = *machine_;
  m.flush(deadline);
  while (m.facts.handshakes == 0) {  // not is_active(): the other side may have ended the channel in the same breath
    const auto arrival = m.step(deadline);
    if (!m.broken.empty()) return fmt::format("the handshake failed: {}", m.broken);
    if (m.end.alert) return fmt::format("the handshake was refused with alert {}", *m.end.alert);
    if (arrival == Arrival::ended) return "the connection ended during the handshake";
    if (arrival == Arrival::reset) return "the connection was reset during the handshake";
    if (arrival == Arrival::nothing) return "the handshake did not complete in time";
  }
  m.recorder.happened(m.name,
                      fmt::format("TLS established: version 0x{:04x}, suite 0x{:04x}{}{}", m.facts.version, m.facts.suite,
                                  m.facts.extended_master_secret ? ", extended master secret" : "", m.facts.resumed ? ", resumed" : ""));
  return std::nullopt;
}

bool Channel::send(View octets, Deadline deadline) {
  auto& m = *machine_;
  m.note_heard();
  try {
    m.tls->send(octets.data(), octets.size());
  } catch (const std::exception& error) {
    m.recorder.happened(m.name, fmt::format("could not send: {}", error.what()));
    return false;
  }
  if (m.corrupt_next && m.outgoing.size() > *m.corrupt_next) {
    *(m.outgoing.rbegin() + static_cast<std::ptrdiff_t>(*m.corrupt_next)) ^= 0x01;
    m.corrupt_next.reset();
    m.recorder.happened(m.name, "one bit of this record was flipped");
  }
  m.last_sent = m.outgoing;
  if (std::exchange(m.keep_next, false)) {
    m.outgoing.clear();
    m.recorder.happened(m.name, "this record was kept back");
  }
  return m.flush(deadline);
}

Arrival Channel::receive(Octets& into, Deadline deadline) {
  auto& m = *machine_;
  for (;;) {
    if (!m.plain.empty()) {
      into.insert(into.end(), m.plain.begin(), m.plain.end());
      m.plain.clear();
      return Arrival::octets;
    }
    m.note_heard();
    if (m.end.reset || !m.broken.empty()) return Arrival::reset;
    if (m.end.any()) return Arrival::ended;
    if (m.step(deadline) == Arrival::nothing) return Arrival::nothing;
  }
}

bool Channel::await_finish(Deadline deadline) {
  auto& m = *machine_;
  m.note_heard();
  while (!m.end.finished && !m.end.reset && m.broken.empty())
    if (m.step(deadline) == Arrival::nothing) break;
  m.note_heard();
  return m.end.finished;
}

void Channel::corrupt_next_record(std::size_t before_the_last) { machine_->corrupt_next = before_the_last; }
void Channel::keep_next_record() { machine_->keep_next = true; }
const Octets& Channel::last_sent() const { return machine_->last_sent; }
const Octets& Channel::last_received() const { return machine_->last_received; }

void Channel::send_bare(View octets, Deadline deadline, std::string what) {
  machine_->note_heard();
  machine_->recorder.octets(machine_->name, Direction::sent, std::move(what), octets);
  machine_->socket.send(octets, deadline);
}

bool Channel::renegotiate(Deadline deadline) {
  auto& m = *machine_;
  m.recorder.happened(m.name, "renegotiation asked for");
  const auto before = m.facts.handshakes;
  m.tls->renegotiate(true);
  m.flush(deadline);
  while (m.facts.handshakes == before && !m.stays_as_it_is && !m.end.any() && m.broken.empty())
    if (m.step(deadline) != Arrival::octets) break;
  return m.facts.handshakes > before;
}

void Channel::send_close_notify() {
  machine_->note_heard();
  machine_->recorder.happened(machine_->name, "close_notify sent");
  machine_->tls->close();
  machine_->flush(Clock::now() + std::chrono::seconds(5));
}

void Channel::shut_sending() {
  machine_->note_heard();
  machine_->recorder.happened(machine_->name, "sending side ended");
  machine_->socket.shut_sending();
}

void Channel::abort() {
  machine_->note_heard();
  machine_->recorder.happened(machine_->name, "connection reset by the suite");
  machine_->socket.abort();
}

void Channel::close() {
  machine_->note_heard();
  machine_->socket.close();
}

const ChannelFacts& Channel::facts() const { return machine_->facts; }
const Flight& Channel::flight() const { return machine_->flight; }
const ChannelEnd& Channel::end() const { return machine_->end; }

}  // namespace coffer::conformance
