// TLS 1.2 over one socket, either side, with what a tester needs: records on purpose cut, corrupted, renegotiated, resumed; and how the
// other side ended. Botan's TLS stays inside channel.cc. Must not know: frames, messages.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "peer/recorder.h"
#include "peer/socket.h"

namespace coffer::conformance {

/// A key and self-signed certificate for the server's side, made once per process; and sessions to resume on the client's side.
class ServerCredentials {
 public:
  /// A fresh RSA-2048 key; with a key given (PEM), a new certificate for the same key.
  explicit ServerCredentials(const std::string& key_pem = {});
  ~ServerCredentials();
  /// SHA-256 of the SubjectPublicKeyInfo [CHN-009].
  Octets pin() const;
  std::string key_pem() const;
  struct Parts;
  const Parts& parts() const { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

struct ClientChannelOptions {
  std::optional<Octets> pin = {};  // a server with another key is not the implementation under test
  bool offer_resumption = false;   // keep the session in `memory` and offer it on the next connection
  class SessionMemory* memory = nullptr;
  /// What the network makes of the client hello on its way: one of version 0x0304, or one that offers a suite more.
  enum class Altered : std::uint8_t { nothing, version, suites } hello = Altered::nothing;
};

/// Sessions of a client that wants to resume.
class SessionMemory {
 public:
  SessionMemory();
  ~SessionMemory();
  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

struct ServerChannelOptions {
  bool without_extended_master_secret = false;
  bool allow_resumption = false;
};

/// What became known during the handshake.
struct ChannelFacts {
  std::uint16_t version = 0;  // 0x0303
  std::uint16_t suite = 0;
  bool extended_master_secret = false;
  bool resumed = false;
  unsigned handshakes = 0;  // completed ones, renegotiations included
  Octets server_pin;        // SHA-256 of the server's SubjectPublicKeyInfo
};

/// What the other side showed of itself in a handshake, whether that came to its end or not.
struct Flight {
  Octets random;                // of its hello
  Octets share;                 // its part of the key exchange
  bool changed_cipher = false;  // from here on it encrypts: it takes the handshake for a good one
};

/// How far the other side's end has gone.
struct ChannelEnd {
  bool close_notify = false;
  bool finished = false;  // it ended its sending side (FIN)
  bool reset = false;
  std::optional<std::uint8_t> alert;  // a fatal one
  bool any() const { return close_notify || finished || reset || alert.has_value(); }
};

class Channel {
 public:
  static std::unique_ptr<Channel> client(Socket socket, Recorder& recorder, char name, const ClientChannelOptions& options, View seed);
  static std::unique_ptr<Channel> server(Socket socket, Recorder& recorder, char name, const ServerCredentials& credentials,
                                         const ServerChannelOptions& options, View seed);
  ~Channel();

  /// Runs the handshake; empty on success, else what happened instead.
  std::optional<std::string> handshake(Deadline deadline);
  /// One application record per call (more when longer than 16 KiB). False when the peer is gone.
  bool send(View octets, Deadline deadline);
  /// Appends what the next records carry; `nothing` at the deadline.
  Arrival receive(Octets& into, Deadline deadline);

  /// Waits until the other side ends its sending side; false when it does not in time, or resets.
  bool await_finish(Deadline deadline);

  /// Flips one bit of the next record sent: in its last octet, or so many octets before that.
  void corrupt_next_record(std::size_t before_the_last = 0);
  /// The next record is made and not sent.
  void keep_next_record();
  /// The record that was sent or kept last; the last whole one that came; as they are on the wire.
  const Octets& last_sent() const;
  const Octets& last_received() const;
  /// Octets on the wire as they are, past TLS: what the network could do. `what`: in the transcript's words.
  void send_bare(View octets, Deadline deadline, std::string what);
  /// Asks for a new handshake; whether one came to its end before the connection did, the peer refused, or the deadline passed.
  bool renegotiate(Deadline deadline);
  void send_close_notify();
  void shut_sending();
  void abort();
  void close();

  const ChannelFacts& facts() const;
  const Flight& flight() const;
  const ChannelEnd& end() const;

 private:
  struct Machine;
  explicit Channel(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace coffer::conformance
