#include "net/server_identity.h"

#include <fcntl.h>
#include <unistd.h>

#include <botan/data_src.h>
#include <botan/hash.h>
#include <botan/pkcs8.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>
#include <botan/x509self.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "fault/switch.h"
#include "net/server_identity_parts.h"

namespace coffer::net {
namespace {

constexpr std::size_t rsa_bits = 2048;
constexpr std::uint32_t certificate_seconds = 100U * 365U * 24U * 3600U;  // the pin is what is trusted, not the date

std::unique_ptr<Botan::Private_Key> make_key() { return std::make_unique<Botan::RSA_PrivateKey>(Botan::system_rng(), rsa_bits); }

Botan::X509_Certificate make_certificate(const Botan::Private_Key& key) {
  Botan::X509_Cert_Options options{"cofferd", certificate_seconds};
  return Botan::X509::create_self_signed_cert(options, key, "SHA-256", Botan::system_rng());
}

std::expected<std::string, std::string> read(const std::filesystem::path& file, std::string_view expected) {
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad())
    return std::unexpected(fmt::format("cannot read {}: {}; expected {}{}", file.string(), std::strerror(errno), expected,
                                       errno == EACCES ? "; run this as the account that owns it" : ""));
  return text;
}

/// Whole or not at all: a temporary file, made durable, takes the name.
std::expected<void, std::string> write(const std::filesystem::path& file, std::string_view text, mode_t mode) {
  const auto temporary = file.string() + ".new";
  const auto failed = [&](std::string_view what) {
    return std::unexpected(fmt::format("cannot {} {}: {}", what, temporary, std::strerror(errno)));
  };
  ::unlink(temporary.c_str());
  const int handle = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (handle < 0) return failed("create");
  bool written = true;
  while (!text.empty() && written) {
    const auto count = ::write(handle, text.data(), text.size());
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    written = count > 0 || errno == EINTR;
  }
  written = written && ::fsync(handle) == 0;
  if (::close(handle) != 0 || !written) return failed("write");
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed("rename");
  return {};
}

std::expected<std::unique_ptr<Botan::Private_Key>, std::string> parse_key(const std::filesystem::path& file) {
  const auto expected = "an unencrypted PKCS #8 RSA key of at least 2,048 bits in PEM form";
  const auto text = read(file, expected);
  if (!text) return std::unexpected(text.error());
  try {
    Botan::DataSource_Memory source{*text};
    auto key = Botan::PKCS8::load_key(source);
    if (key->algo_name() == "RSA" && key->key_length() >= rsa_bits) {
      // Its parts may each be readable and yet not belong together: nothing that it signs would then be taken for its own.
      if (key->check_key(Botan::system_rng(), true)) return key;
      return std::unexpected(
          fmt::format("{} is damaged: its private part does not belong to its public one; put it back from a backup, or remove it with "
                      "its certificate to get a new identity, which clients that trust the old pin will refuse",
                      file.string()));
    }
    return std::unexpected(
        fmt::format("{} holds a {} key of {} bits; expected {}", file.string(), key->algo_name(), key->key_length(), expected));
  } catch (const std::exception& e) {
    return std::unexpected(fmt::format("{} is not a readable key ({}); expected {}", file.string(), e.what(), expected));
  }
}

std::expected<Botan::X509_Certificate, std::string> parse_certificate(const std::filesystem::path& file) {
  const auto expected = "an X.509 certificate in PEM form";
  const auto text = read(file, expected);
  if (!text) return std::unexpected(text.error());
  try {
    Botan::DataSource_Memory source{*text};
    return Botan::X509_Certificate{source};
  } catch (const std::exception& e) {
    return std::unexpected(fmt::format("{} is not a readable certificate ({}); expected {}", file.string(), e.what(), expected));
  }
}

}  // namespace

Pin pin_of(const Botan::X509_Certificate& certificate) {
  // [CHN-009] A client must identify the deployed key by the SHA-256 of its SubjectPublicKeyInfo
  const auto digest = Botan::HashFunction::create_or_throw("SHA-256")->process(
      fault::on(fault::CHN_009_pins_the_certificate) ? certificate.BER_encode() : certificate.subject_public_key_info());
  Pin pin;
  std::ranges::copy(digest, pin.sha256.begin());
  return pin;
}

std::expected<ServerIdentity, std::string> ServerIdentity::load(const std::filesystem::path& key_file,
                                                                const std::filesystem::path& certificate_file) {
  auto key = parse_key(key_file);
  if (!key) return std::unexpected(key.error());
  auto certificate = parse_certificate(certificate_file);
  if (!certificate) return std::unexpected(certificate.error());
  try {
    if ((*key)->subject_public_key() != certificate->subject_public_key_info())
      return std::unexpected(fmt::format("{} certifies another key than {}; expected a certificate of that key", certificate_file.string(),
                                         key_file.string()));
  } catch (const std::exception& e) {
    return std::unexpected(fmt::format("{} and {} cannot be compared: {}", key_file.string(), certificate_file.string(), e.what()));
  }
  return ServerIdentity{std::make_shared<const Parts>(Parts{std::move(*key), std::move(*certificate)})};
}

std::expected<ServerIdentity, std::string> ServerIdentity::keep(const std::filesystem::path& directory) {
  const auto key_file = directory / ServerIdentity::key_name;
  const auto certificate_file = directory / "server.certificate.pem";
  std::error_code ignored;
  const bool key_exists = std::filesystem::exists(key_file, ignored);
  if (std::filesystem::exists(certificate_file, ignored)) {
    if (!key_exists)
      return std::unexpected(
          fmt::format("{} is missing though {} exists: put the key back, or remove the certificate to get a new identity, "
                      "which clients that trust the old pin will refuse",
                      key_file.string(), certificate_file.string()));
    return load(key_file, certificate_file);
  }
  // The key is written first: killed in between, the next start finds it and only makes the certificate.
  std::unique_ptr<Botan::Private_Key> key;
  try {
    if (key_exists) {
      auto parsed = parse_key(key_file);
      if (!parsed) return std::unexpected(parsed.error());
      key = std::move(*parsed);
    } else {
      key = make_key();
      const auto pem = Botan::PKCS8::PEM_encode(*key);
      if (auto written = write(key_file, pem, 0600); !written) return std::unexpected(written.error());
    }
    if (auto written = write(certificate_file, make_certificate(*key).PEM_encode(), 0644); !written)
      return std::unexpected(written.error());
  } catch (const std::exception& e) {
    return std::unexpected(fmt::format("cannot make a key in {}: {}", directory.string(), e.what()));
  }
  return load(key_file, certificate_file);
}

ServerIdentity ServerIdentity::make() {
  auto key = make_key();
  auto certificate = make_certificate(*key);
  return ServerIdentity{std::make_shared<const Parts>(Parts{std::move(key), std::move(certificate)})};
}

Pin ServerIdentity::pin() const { return pin_of(parts_->certificate); }

}  // namespace coffer::net
