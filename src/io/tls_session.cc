#include "io/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/require.h"
#include "io/contexts.h"

namespace io {

namespace {

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

void add_name(PeerNames& names, const GENERAL_NAME& name) {
  if (name.type == GEN_URI) names.uris.push_back(text_of(name.d.uniformResourceIdentifier));
  if (name.type == GEN_DNS) names.dns.push_back(text_of(name.d.dNSName));
  if (name.type != GEN_IPADD) return;
  const auto bytes = text_of(name.d.iPAddress);
  base::Ip ip;
  if (bytes.size() != 4 && bytes.size() != 16) return;
  ip.family = bytes.size() == 4 ? base::Family::ipv4 : base::Family::ipv6;
  std::memcpy(ip.bytes.data(), bytes.data(), bytes.size());
  names.ips.push_back(ip);
}

}  // namespace

/// OpenSSL's own socket BIO writes with write(), which raises SIGPIPE when the peer is gone; and it always reads.
struct SocketBio {
  static TlsSession::Socket& socket_of(BIO* bio) { return *static_cast<TlsSession::Socket*>(BIO_get_data(bio)); }

  static int put(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const auto done = ::send(socket_of(bio).fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(done);
  }

  static int take(BIO* bio, char* into, int room) {
    BIO_clear_retry_flags(bio);
    const auto& socket = socket_of(bio);
    const auto got = socket.closed_for_now ? -1 : ::recv(socket.fd, into, static_cast<std::size_t>(room), 0);
    if (got < 0 && (socket.closed_for_now || errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return static_cast<int>(got);
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
      BIO_meth_set_write(made, put);
      BIO_meth_set_read(made, take);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return method;
  }
};

PeerNames names_of(x509_st* certificate) {
  PeerNames names;
  if (!certificate) return names;
  if (auto* list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))) {
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) add_name(names, *sk_GENERAL_NAME_value(list, i));
    GENERAL_NAMES_free(list);
  }
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) names.common_name = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  return names;
}

TlsSession::TlsSession(std::shared_ptr<const Credentials::Contexts> contexts, ssl_st* ssl, int fd, std::string domain)
    : contexts_{std::move(contexts)}, ssl_{ssl}, socket_{fd}, domain_{std::move(domain)} {
  SSL_set_app_data(ssl_, this);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

std::unique_ptr<TlsSession> TlsSession::make(const Credentials& credentials, int fd, bool server, const std::string& domain) {
  auto contexts = credentials.contexts();
  SSL* ssl = SSL_new(server ? contexts->server.get() : contexts->client.get());
  BIO* bio = BIO_new(SocketBio::method());
  base::require(ssl && bio, "OpenSSL is out of memory");
  std::unique_ptr<TlsSession> made{new TlsSession{std::move(contexts), ssl, fd, domain}};
  BIO_set_data(bio, &made->socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  if (server) SSL_set_accept_state(ssl);
  else SSL_set_connect_state(ssl);
  return made;
}

std::unique_ptr<TlsSession> TlsSession::accept(const Credentials& credentials, int fd) {
  return make(credentials, fd, true, {});
}

std::unique_ptr<TlsSession> TlsSession::connect(const Credentials& credentials, int fd, const std::string& domain) {
  auto made = make(credentials, fd, false, domain);
  // RFC 6066 section 3: no addresses in SNI.
  if (!domain.empty() && !base::Ip::parse(domain)) SSL_set_tlsext_host_name(made->ssl_, domain.c_str());
  return made;
}

bool TlsSession::is_wanted(const PeerNames& names) const {
  const auto& options = contexts_->options;
  if (!domain_.empty()) return !options.subjects_out || names.stand_for(domain_);
  return !options.subjects_in ||
         std::ranges::any_of(options.in_subjects, [&](const auto& subject) { return names.include(subject); });
}

int TlsSession::verify(int good, x509_store_ctx_st* chain) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& session = *static_cast<TlsSession*>(SSL_get_app_data(ssl));
  const int error = X509_STORE_CTX_get_error(chain);
  const bool of_date = error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
  if (!good && of_date && !session.contexts_->options.verify_date) {
    X509_STORE_CTX_set_error(chain, X509_V_OK);
    good = 1;
  }
  if (!good) {
    session.problem_ = X509_verify_cert_error_string(error);
    session.refused_ = true;
    return 0;
  }
  if (X509_STORE_CTX_get_error_depth(chain) != 0) return 1;
  const auto names = names_of(X509_STORE_CTX_get_current_cert(chain));
  if (session.is_wanted(names)) return 1;
  session.problem_ = "its certificate is of " + names.text() +
                     (session.domain_.empty() ? ", none of tls-verify-in-subjects" : ", not of " + session.domain_);
  session.refused_ = true;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

TlsSession::Outcome TlsSession::outcome_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return Outcome::want_read;
    case SSL_ERROR_WANT_WRITE: return Outcome::want_write;
    case SSL_ERROR_ZERO_RETURN: return Outcome::closed;
    default: break;
  }
  const auto code = ERR_peek_error();
  ERR_clear_error();
  if (code == 0 || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    if (problem_.empty()) problem_ = "the peer closed the connection";
    return Outcome::closed;
  }
  const int reason = ERR_GET_REASON(code);
  const bool of_trust = refused_ || reason == SSL_R_CERTIFICATE_VERIFY_FAILED || reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ||
                        reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
                        reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED || reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
                        reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED;
  const char* text = ERR_reason_error_string(code);
  if (problem_.empty()) problem_ = text ? text : "OpenSSL error";
  return of_trust ? Outcome::not_trusted : Outcome::failed;
}

TlsSession::Outcome TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) {
    const auto outcome = outcome_of(result);
    // Before a handshake is done, an end is no farewell.
    return outcome == Outcome::closed ? Outcome::failed : outcome;
  }
  problem_.clear();
  if (X509* certificate = SSL_get0_peer_certificate(ssl_);
      certificate && SSL_get_verify_mode(ssl_) != SSL_VERIFY_NONE && SSL_get_verify_result(ssl_) == X509_V_OK)
    peer_ = std::make_unique<PeerNames>(names_of(certificate));
  return Outcome::done;
}

bool TlsSession::has_more() const { return SSL_has_pending(ssl_) == 1; }

TlsSession::Moved TlsSession::read(char* into, std::size_t room, bool from_socket) {
  ERR_clear_error();
  std::size_t got = 0;
  socket_.closed_for_now = !from_socket;
  const int result = SSL_read_ex(ssl_, into, room, &got);
  socket_.closed_for_now = false;
  if (result == 1) return {Outcome::done, got};
  return {outcome_of(result)};
}

TlsSession::Moved TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t done = 0;
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &done);
  if (result == 1) return {Outcome::done, done};
  return {outcome_of(result)};
}

void TlsSession::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string TlsSession::cipher() const { return std::string{SSL_get_version(ssl_)} + " " + SSL_get_cipher_name(ssl_); }

}  // namespace io
