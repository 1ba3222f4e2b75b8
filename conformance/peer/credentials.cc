#include <botan/data_src.h>
#include <botan/pkcs8.h>
#include <botan/rsa.h>
#include <botan/x509self.h>

#include "peer/credentials_parts.h"

namespace coffer::conformance {

Octets pin_of(const Botan::X509_Certificate& certificate) { return sha256(certificate.subject_public_key_info()); }

ServerCredentials::ServerCredentials(const std::string& key_pem) : parts_(std::make_unique<Parts>()) {
  Botan::AutoSeeded_RNG rng;
  if (key_pem.empty()) {
    parts_->key = std::make_unique<Botan::RSA_PrivateKey>(rng, 2048);
  } else {
    Botan::DataSource_Memory source(key_pem);
    parts_->key = Botan::PKCS8::load_key(source);
  }
  Botan::X509_Cert_Options options("conformance");
  options.not_before("200101000000Z");
  options.not_after("491231235959Z");
  parts_->certificate =
      std::make_unique<Botan::X509_Certificate>(Botan::X509::create_self_signed_cert(options, *parts_->key, "SHA-256", rng));
}

ServerCredentials::~ServerCredentials() = default;

Octets ServerCredentials::pin() const { return pin_of(*parts_->certificate); }

std::string ServerCredentials::key_pem() const { return Botan::PKCS8::PEM_encode(*parts_->key); }

SessionMemory::SessionMemory() : parts_(std::make_unique<Parts>()) {}

SessionMemory::~SessionMemory() = default;

}  // namespace coffer::conformance
