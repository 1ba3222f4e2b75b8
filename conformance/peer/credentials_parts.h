// What ServerCredentials and SessionMemory hold, for the files of this room that speak Botan. Not for anyone else.
#pragma once

#include <botan/auto_rng.h>
#include <botan/pk_keys.h>
#include <botan/tls_session_manager.h>
#include <botan/x509cert.h>

#include <memory>

#include "peer/channel.h"

namespace coffer::conformance {

struct ServerCredentials::Parts {
  std::unique_ptr<Botan::Private_Key> key;
  std::unique_ptr<Botan::X509_Certificate> certificate;
};

struct SessionMemory::Parts {
  Botan::AutoSeeded_RNG rng;
  Botan::TLS::Session_Manager_In_Memory sessions{rng};
};

/// SHA-256 of a certificate's SubjectPublicKeyInfo.
Octets pin_of(const Botan::X509_Certificate& certificate);

}  // namespace coffer::conformance
