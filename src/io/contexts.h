// io/contexts.h - OpenSSL's contexts made of a folder of certificates. Known to credentials.cc and tls_session.cc only.
#pragma once
#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>

#include "base/text.h"
#include "io/credentials.h"

namespace io {

struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, ContextDeleter>;

/// One state of the folder; does not change once it is made.
struct Credentials::Contexts {
  explicit Contexts(const TlsOptions& from) : options{from} {}
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;

  TlsOptions options;
  Context server, client;
  std::vector<Context> others;             // of NAME.pem
  std::map<std::string, SSL_CTX*> by_name;  // lower case

  /// Reads everything; the error is a sentence.
  base::Result<void, std::string> read();

 private:
  base::Result<Context, std::string> make(const std::string& file, bool server_side);
  base::Result<void, std::string> read_named();
};

}  // namespace io
