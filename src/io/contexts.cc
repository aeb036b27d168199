#include "io/contexts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "io/tls_session.h"

namespace io {

namespace {

namespace fs = std::filesystem;
using Failure = base::Unexpected<std::string>;

/// Files of the folder that are no certificates of ours.
constexpr std::string_view not_shown[]{"agent.pem", "wss.pem", "cafile.pem", "ca.pem", "cakey.pem", "cacert.pem", "dtls-srtp.pem"};

std::string openssl_says() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "unknown error";
}

int give_passphrase(char* into, int room, int, void* user) {
  const auto& passphrase = *static_cast<const std::string*>(user);
  if (static_cast<int>(passphrase.size()) > room) return -1;
  std::copy(passphrase.begin(), passphrase.end(), into);
  return static_cast<int>(passphrase.size());
}

/// Who asks for a name that has a file of its own gets that.
int choose_by_name(SSL* ssl, int*, void* contexts) {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!asked) return SSL_TLSEXT_ERR_OK;
  const auto& by_name = static_cast<const Credentials::Contexts*>(contexts)->by_name;
  if (const auto found = by_name.find(base::lowered(asked)); found != by_name.end()) SSL_set_SSL_CTX(ssl, found->second);
  return SSL_TLSEXT_ERR_OK;
}

bool has_key(const fs::path& file) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (line.find("PRIVATE KEY-----") != std::string::npos) return true;
  return false;
}

}  // namespace

base::Result<Context, std::string> Credentials::Contexts::make(const std::string& file, bool server_side) {
  Context made{SSL_CTX_new(server_side ? TLS_server_method() : TLS_client_method())};
  if (!made) return Failure{"OpenSSL made no context: " + openssl_says()};
  SSL_CTX* context = made.get();
  SSL_CTX_set_min_proto_version(context, options.tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(context, options.tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Ten thousand idle phones: no buffer stays with a connection that says nothing.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // a record in one read, not its head and then its body
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets are kept by the peer
  static constexpr unsigned char name_of_sessions[] = "ahoy";
  SSL_CTX_set_session_id_context(context, name_of_sessions, sizeof name_of_sessions - 1);
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1)
    return Failure{"tls-ciphers '" + options.ciphers + "': " + openssl_says()};

  SSL_CTX_set_default_passwd_cb(context, give_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &options.passphrase);
  if (!file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1)
      return Failure{file + " holds no certificate that can be used: " + openssl_says()};
    if (SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) != 1)
      return Failure{file + " holds no private key that can be used: " + openssl_says()};
    if (SSL_CTX_check_private_key(context) != 1) return Failure{"the key in " + file + " does not belong to its certificate"};
  }
  const std::string authorities = options.authorities.empty() ? options.directory + "/cafile.pem" : options.authorities;
  const bool has_authorities = fs::exists(authorities);
  if (has_authorities && SSL_CTX_load_verify_locations(context, authorities.c_str(), nullptr) != 1)
    return Failure{authorities + " holds no certificates that can be used: " + openssl_says()};
  if (server_side && has_authorities) SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(authorities.c_str()));
  if (!server_side) SSL_CTX_set_default_verify_paths(context);
  if (!has_authorities && !options.authorities.empty()) return Failure{"there is no " + authorities};
  if (server_side && options.verify_in && !has_authorities)
    return Failure{"tls-verify-policy wants certificates of phones, but there is no " + authorities};
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify_depth(context, options.verify_depth);
  const bool verify = server_side ? options.verify_in : options.verify_out;
  SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE,
                     verify ? TlsSession::verify : nullptr);
  if (server_side) {
    SSL_CTX_set_tlsext_servername_callback(context, choose_by_name);
    SSL_CTX_set_tlsext_servername_arg(context, this);
  }
  ERR_clear_error();
  return made;
}

base::Result<void, std::string> Credentials::Contexts::read() {
  if (options.own_file.empty()) {
    auto showing_nothing = make({}, false);
    if (!showing_nothing) return Failure{showing_nothing.error()};
    client = std::move(*showing_nothing);
    return {};
  }
  std::string own = options.directory + "/" + options.own_file;
  if (!fs::exists(own)) own = options.directory + "/agent.pem";
  if (!fs::exists(own)) return Failure{"there is no certificate: " + own + " is missing (key, certificate and chain, PEM)"};
  auto made = make(own, true);
  if (!made) return Failure{made.error()};
  server = std::move(*made);
  made = make(own, false);
  if (!made) return Failure{made.error()};
  client = std::move(*made);
  return read_named();
}

base::Result<void, std::string> Credentials::Contexts::read_named() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{options.directory, error}) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".pem") || std::ranges::find(not_shown, name) != std::end(not_shown)) continue;
    if (!has_key(entry.path())) continue;
    auto made = make(entry.path().string(), true);
    if (!made) return Failure{made.error()};
    for (const auto& domain : names_of(SSL_CTX_get0_certificate(made->get())).domains())
      by_name[base::lowered(domain)] = made->get();
    others.push_back(std::move(*made));
  }
  return {};
}

}  // namespace io
