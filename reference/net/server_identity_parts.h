// What a ServerIdentity holds, for the two files that speak to Botan about it. Nothing else may include this.
#pragma once

#include <botan/pk_keys.h>
#include <botan/x509cert.h>

#include <memory>

#include "net/server_identity.h"

namespace coffer::net {

struct ServerIdentity::Parts {
  std::unique_ptr<Botan::Private_Key> key;
  Botan::X509_Certificate certificate;
};

/// SHA-256 of the certificate's SubjectPublicKeyInfo [CHN-009].
Pin pin_of(const Botan::X509_Certificate& certificate);

}  // namespace coffer::net
