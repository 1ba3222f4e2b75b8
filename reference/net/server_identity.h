// A server's key and certificate: made, kept in files, loaded, and named by its pin.
// Must not know: TLS, sockets. Botan's types stay inside server_identity.cc and tls_channel.cc.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "net/pin.h"

namespace coffer::net {

class ServerIdentity {
 public:
  /// Reads a PKCS #8 key and an X.509 certificate of the same RSA key (at least 2,048 bits), both PEM. The error names the file,
  /// what was expected and what to do.
  static std::expected<ServerIdentity, std::string> load(const std::filesystem::path& key, const std::filesystem::path& certificate);

  /// The identity kept in `directory`; when there is none yet, makes an RSA-2048 key and a self-signed certificate there [T3].
  /// The key's file is readable by its owner only. Survives being killed half-way.
  static std::expected<ServerIdentity, std::string> keep(const std::filesystem::path& directory);

  /// A fresh one that no file knows.
  static ServerIdentity make();

  Pin pin() const;

  static constexpr const char* key_name = "server.key.pem";  // in keep()'s directory

  struct Parts;  // key and certificate, for tls_channel.cc
  const Parts& parts() const { return *parts_; }

 private:
  explicit ServerIdentity(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;  // shared: channels may outlive the value they were made from
  friend class TlsChannel;
};

}  // namespace coffer::net
