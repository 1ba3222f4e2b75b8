// The TLS channel, sans-I/O: octets of the wire in, plaintext out, and back; one record at a time, so that an answer to what one record
// carried can leave before the next is looked at. TLS 1.2 with ECDHE_RSA_WITH_AES_256_GCM_SHA384 and the extended master secret only;
// no resumption, no tickets, no renegotiation, no compression. The only other file that knows Botan's TLS is tls_channel.cc.
// Must not know: sockets, clocks, frames.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <botan/secmem.h>

#include "net/pin.h"
#include "protocol/octets.h"

namespace coffer::net {

class ServerIdentity;

class TlsChannel {
 public:
  enum class State {
    handshaking,
    established,
    peer_closed,  // the peer sent close_notify; nothing can be sent any more
    failed,       // see failure(); output may hold the alert that says so
  };

  struct Failure {
    bool pin_mismatch = false;
    std::string detail;  // for people; never a secret
  };

  static TlsChannel server(const ServerIdentity& identity);
  /// The client's hello is in the output at once.
  static TlsChannel client(const Pin& expected);
  ~TlsChannel();
  TlsChannel(TlsChannel&&) noexcept;
  TlsChannel& operator=(TlsChannel&&) noexcept;

  /// Takes octets of the wire in; nothing is processed until step().
  void feed(View octets);
  /// Processes one whole record. False: nothing was processed, because more octets are needed or the channel has ended.
  bool step();
  /// Octets fed and not yet processed.
  std::size_t pending() const;

  /// Seals plaintext into output. Only while established; otherwise it is dropped, for there is nobody to read it.
  void send(View plaintext);
  /// close_notify into output, unless one is there already or the channel failed.
  void close();

  Octets take_output();
  Botan::secure_vector<std::uint8_t> take_plaintext();

  State state() const;
  const std::optional<Failure>& failure() const;
  /// Once established: "TLSv1.2" and the suite's name.
  std::string version() const;
  std::string cipher() const;

 private:
  struct Engine;
  explicit TlsChannel(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace coffer::net
