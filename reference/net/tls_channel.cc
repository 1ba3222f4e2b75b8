#include "net/tls_channel.h"

#include <botan/credentials_manager.h>
#include <botan/system_rng.h>
#include <botan/tls_callbacks.h>
#include <botan/tls_client.h>
#include <botan/tls_exceptn.h>
#include <botan/tls_messages.h>
#include <botan/tls_policy.h>
#include <botan/tls_server.h>
#include <botan/tls_session.h>
#include <botan/tls_session_manager.h>

#include <algorithm>
#include <utility>

#include "coffer/spec/limits.h"
#include "fault/switch.h"
#include "net/server_identity_parts.h"

namespace coffer::net {
namespace {

namespace tls = Botan::TLS;

constexpr std::size_t record_header_octets = 5;
constexpr std::size_t record_octets_max = 16384 + 2048;  // RFC 5246 6.2.3
constexpr std::size_t reserved_io_octets = 1024;         // an idle session keeps little; busy ones grow
constexpr std::uint8_t handshake_record = 22;

/// Exactly what the specification admits; everything else is refused by both sides.
class Policy final : public tls::Policy {
 public:
  // [CHN-002] A server must refuse every TLS version but 1.2.
  bool allow_tls10() const override { return false; }
  bool allow_tls11() const override { return fault::on(fault::CHN_002_tls_1_1_too); }
  bool allow_tls12() const override { return true; }
  bool allow_dtls10() const override { return false; }
  bool allow_dtls12() const override { return false; }
  // [CHN-003] A server must offer ECDHE_RSA with AES-256-GCM and SHA-384
  // [CHN-004] A server must not accept a suite that lacks forward secrecy or whose cipher is not AES-256.
  std::vector<std::string> allowed_ciphers() const override {
    if (fault::on(fault::CHN_002_tls_1_1_too)) return {"AES-256/GCM", "AES-256"};
    if (fault::on(fault::CHN_004_aes_128_too)) return {"AES-256/GCM", "AES-128/GCM"};
    return {"AES-256/GCM"};
  }
  std::vector<std::string> allowed_macs() const override {
    if (fault::on(fault::CHN_002_tls_1_1_too)) return {"AEAD", "SHA-1"};
    return {"AEAD"};
  }
  std::vector<std::string> allowed_key_exchange_methods() const override {
    if (fault::on(fault::CHN_003_another_suite)) return {"DH"};
    if (fault::on(fault::CHN_004_without_forward_secrecy)) return {"ECDH", "RSA"};
    return {"ECDH"};
  }
  std::vector<std::string> allowed_signature_methods() const override {
    if (fault::on(fault::CHN_004_without_forward_secrecy)) return {"RSA", "IMPLICIT"};
    return {"RSA"};
  }
  std::vector<std::string> allowed_signature_hashes() const override { return {"SHA-512", "SHA-384", "SHA-256"}; }
  std::vector<tls::Group_Params> key_exchange_groups() const override {
    return {tls::Group_Params::X25519, tls::Group_Params::SECP256R1, tls::Group_Params::SECP384R1};
  }
  // [CHN-006] A server must not renegotiate.
  bool allow_client_initiated_renegotiation() const override { return fault::on(fault::CHN_006_renegotiates); }
  bool allow_server_initiated_renegotiation() const override { return false; }
  bool allow_insecure_renegotiation() const override { return fault::on(fault::CHN_006_renegotiates); }
  bool abort_connection_on_undesired_renegotiation() const override { return !fault::on(fault::CHN_006_renegotiates); }
  bool allow_resumption_for_renegotiation() const override { return false; }
  bool include_time_in_hello_random() const override { return false; }
  bool require_cert_revocation_info() const override { return false; }  // the pin decides
  bool support_cert_status_message() const override { return false; }
  std::size_t minimum_rsa_bits() const override { return 2048; }
};

/// The server's one key. Without a ticket key, Botan offers no tickets.
class Credentials final : public Botan::Credentials_Manager {
 public:
  explicit Credentials(std::shared_ptr<const ServerIdentity::Parts> parts) : parts_(std::move(parts)) {}

  std::vector<Botan::X509_Certificate> cert_chain(const std::vector<std::string>& key_types, const std::string& type,
                                                  const std::string&) override {
    if (!parts_ || type != "tls-server" || std::ranges::find(key_types, "RSA") == key_types.end()) return {};
    return {parts_->certificate};
  }
  Botan::Private_Key* private_key_for(const Botan::X509_Certificate&, const std::string&, const std::string&) override {
    return parts_ ? parts_->key.get() : nullptr;
  }

 private:
  std::shared_ptr<const ServerIdentity::Parts> parts_;
};

const Policy& policy() {
  static const Policy instance;
  return instance;
}

/// For a fault: sessions that outlive their connection.
tls::Session_Manager& kept_sessions() {
  static tls::Session_Manager_In_Memory kept(Botan::system_rng());
  return kept;
}

}  // namespace

struct TlsChannel::Engine final : tls::Callbacks {
  Engine(std::shared_ptr<const ServerIdentity::Parts> parts, std::optional<Pin> expected_pin)
      : credentials(std::move(parts)), expected(expected_pin) {
    if (fault::on(fault::CHN_001_greets_before_tls)) output = {'C', 'o', 'f', 'f', 'e', 'r', '\n'};
  }

  Credentials credentials;
  std::optional<Pin> expected;  // a client's
  // [CHN-007] A server must not resume a session: nothing is ever saved, and no ticket is given.
  tls::Session_Manager_Noop sessions;
  std::unique_ptr<tls::Channel> channel;

  Octets input;
  std::size_t processed = 0;  // of input
  // All octets until the handshake is complete, and those of later handshake records: what CHN-010 bounds.
  std::size_t handshake_octets = 0;
  Octets output;
  Botan::secure_vector<std::uint8_t> plaintext;  // it may hold a password or a device key
  State state = State::handshaking;
  bool closed = false;  // close_notify is sent
  std::optional<Failure> failure;
  std::string suite;

  // ---- what Botan calls ------------------------------------------------------------------------------------------------------
  void tls_emit_data(const std::uint8_t data[], std::size_t size) override { output.insert(output.end(), data, data + size); }
  void tls_record_received(std::uint64_t, const std::uint8_t data[], std::size_t size) override {
    plaintext.insert(plaintext.end(), data, data + size);
  }
  void tls_alert(tls::Alert alert) override {
    if (alert.type() == tls::Alert::CLOSE_NOTIFY) {
      state = State::peer_closed;
      closed = true;  // Botan answers it by itself
    } else if (alert.is_fatal()) {
      fail("the peer sent the alert " + alert.type_string());
    }
  }
  void tls_inspect_handshake_msg(const tls::Handshake_Message& message) override {
    // [CHN-005] An endpoint must use the extended master secret.
    bool extended = true;
    if (message.type() == tls::CLIENT_HELLO) extended = dynamic_cast<const tls::Client_Hello&>(message).supports_extended_master_secret();
    if (message.type() == tls::SERVER_HELLO) extended = dynamic_cast<const tls::Server_Hello&>(message).supports_extended_master_secret();
    if (!extended && !fault::on(fault::CHN_005_not_demanded))
      throw tls::TLS_Exception(tls::Alert::HANDSHAKE_FAILURE, "the peer does not offer the extended master secret");
  }
  void tls_verify_cert_chain(const std::vector<Botan::X509_Certificate>& chain,
                             const std::vector<std::shared_ptr<const Botan::OCSP::Response>>&,
                             const std::vector<Botan::Certificate_Store*>&, Botan::Usage_Type, const std::string&,
                             const tls::Policy&) override {
    check_pin(chain);
  }
  bool tls_session_established(const tls::Session& session) override {
    // Asked again here, because Botan does not ask about the certificate when a session is resumed.
    if (expected) check_pin(session.peer_certs());
    suite = session.ciphersuite().to_string();
    return fault::on(fault::CHN_007_resumes);  // not to be saved
  }

  void check_pin(const std::vector<Botan::X509_Certificate>& chain) {
    // [CHN-008] A client must end the connection before it sends any frame when the server's public key is not the deployed one.
    if (!chain.empty() && expected && pin_of(chain.front()) == *expected) return;
    if (fault::on(fault::CHN_008_any_key)) return;
    fail(chain.empty() ? "the server showed no certificate" : "the server's key has the pin " + to_text(pin_of(chain.front())));
    failure->pin_mismatch = true;
    throw tls::TLS_Exception(tls::Alert::BAD_CERTIFICATE, "the server's key is not the deployed one");
  }

  // ---- what the channel does ------------------------------------------------------------------------------------------------
  void fail(std::string detail) {
    state = State::failed;
    if (!failure) failure = Failure{false, std::move(detail)};
  }

  bool ended() const { return state == State::peer_closed || state == State::failed; }

  /// The length of the record at the head of the input; nullopt while it is not all here. A header that is none is for Botan to refuse.
  std::optional<std::size_t> whole_record() const {
    const auto have = input.size() - processed;
    if (have < record_header_octets) return std::nullopt;
    const auto* header = input.data() + processed;
    const auto length = record_header_octets + (static_cast<std::size_t>(header[3]) << 8U | header[4]);
    if (header[0] < 20 || header[0] > 23 || header[1] != 3 || length > record_header_octets + record_octets_max) return have;
    if (have < length) return std::nullopt;
    return length;
  }

  void refuse_long_handshake() {
    try {
      channel->send_fatal_alert(tls::Alert::HANDSHAKE_FAILURE);
    } catch (const std::exception&) {  // an alert is a courtesy
    }
    fail("the handshake is longer than its limit");
  }

  bool step() {
    if (ended()) return false;
    const auto length = whole_record();
    if (!length) {
      // [CHN-010] A server must close a connection that has sent 65,536 octets without completing the handshake.
      if (state == State::handshaking && handshake_octets + input.size() - processed >= spec::limits::tls_handshake_octets_max &&
          !fault::on(fault::CHN_010_endless_handshake))
        refuse_long_handshake();
      return false;
    }
    const auto* record = input.data() + processed;
    if (state == State::handshaking || record[0] == handshake_record) handshake_octets += *length;
    processed += *length;
    if (handshake_octets >= spec::limits::tls_handshake_octets_max && !fault::on(fault::CHN_010_endless_handshake)) {
      refuse_long_handshake();
    } else {
      receive({record, *length});
    }
    if (processed == input.size()) {
      input = {};
      processed = 0;
    }
    return true;
  }

  void receive(View record) {
    try {
      channel->received_data(record.data(), record.size());
    } catch (const std::exception& e) {
      // [CHN-012] An endpoint must close the connection when a record fails its authentication. Botan put the alert into the output.
      if (fault::on(fault::CHN_012_bad_records_overlooked) && state == State::established) return output.clear();
      fail(e.what());
    }
    if (state == State::handshaking && channel->is_active()) state = State::established;
    if (!ended() && channel->is_closed()) fail("the channel was closed");
  }
};

TlsChannel::TlsChannel(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
TlsChannel::~TlsChannel() = default;
TlsChannel::TlsChannel(TlsChannel&&) noexcept = default;
TlsChannel& TlsChannel::operator=(TlsChannel&&) noexcept = default;

TlsChannel TlsChannel::server(const ServerIdentity& identity) {
  auto engine = std::make_unique<Engine>(identity.parts_, std::nullopt);
  engine->channel = std::make_unique<tls::Server>(*engine, fault::on(fault::CHN_007_resumes) ? kept_sessions() : engine->sessions,
                                                  engine->credentials, policy(), Botan::system_rng(), false, reserved_io_octets);
  return TlsChannel{std::move(engine)};
}

TlsChannel TlsChannel::client(const Pin& expected) {
  auto engine = std::make_unique<Engine>(nullptr, expected);
  engine->channel = std::make_unique<tls::Client>(*engine, engine->sessions, engine->credentials, policy(), Botan::system_rng(),
                                                  tls::Server_Information{}, tls::Protocol_Version{tls::Protocol_Version::TLS_V12},
                                                  std::vector<std::string>{}, reserved_io_octets);
  return TlsChannel{std::move(engine)};
}

void TlsChannel::feed(View octets) {
  if (engine_->ended()) return;
  engine_->input.erase(engine_->input.begin(), engine_->input.begin() + static_cast<std::ptrdiff_t>(std::exchange(engine_->processed, 0)));
  engine_->input.insert(engine_->input.end(), octets.begin(), octets.end());
}

bool TlsChannel::step() { return engine_->step(); }

std::size_t TlsChannel::pending() const { return engine_->input.size() - engine_->processed; }

void TlsChannel::send(View plaintext) {
  if (engine_->state != State::established || engine_->closed || plaintext.empty()) return;
  try {
    engine_->channel->send(plaintext.data(), plaintext.size());
  } catch (const std::exception& e) {
    engine_->fail(e.what());
  }
}

void TlsChannel::close() {
  if (engine_->closed || engine_->state == State::failed) return;
  engine_->closed = true;
  try {
    engine_->channel->close();
  } catch (const std::exception& e) {
    engine_->fail(e.what());
  }
}

Octets TlsChannel::take_output() { return std::exchange(engine_->output, {}); }
Botan::secure_vector<std::uint8_t> TlsChannel::take_plaintext() { return std::exchange(engine_->plaintext, {}); }
TlsChannel::State TlsChannel::state() const { return engine_->state; }
const std::optional<TlsChannel::Failure>& TlsChannel::failure() const { return engine_->failure; }
std::string TlsChannel::version() const { return "TLSv1.2"; }
std::string TlsChannel::cipher() const { return engine_->suite; }

}  // namespace coffer::net
