// io/tls_session.h - TLS on one connected socket: handshake, read, write; nothing of OpenSSL shows outside.
//
// Non-blocking: an operation that cannot go on says what it waits for. Idle, a session costs some 10 KiB.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/credentials.h"
#include "io/peer_names.h"

struct ssl_st;
struct x509_st;
struct x509_store_ctx_st;

namespace io {

class TlsSession {
 public:
  enum class Outcome : std::uint8_t { done, want_read, want_write, closed, failed, not_trusted };
  struct Moved {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  /// `fd` stays the caller's.
  static std::unique_ptr<TlsSession> accept(const Credentials& credentials, int fd);
  static std::unique_ptr<TlsSession> connect(const Credentials& credentials, int fd, const std::string& domain);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Outcome handshake();
  /// At most one record. Without `from_socket` only what has been read ahead is looked at.
  Moved read(char* into, std::size_t room, bool from_socket = true);
  /// Something was read ahead of what read() has given: of that epoll knows nothing.
  bool has_more() const;
  Moved write(std::string_view bytes);
  /// Tells the peer that no more will come; whether it could be sent does not matter.
  void say_goodbye();

  /// After failed or not_trusted: why, for the log.
  const std::string& problem() const { return problem_; }
  /// Null: the peer proved nothing.
  const PeerNames* peer() const { return peer_.get(); }
  /// "TLSv1.3 TLS_AES_256_GCM_SHA384".
  std::string cipher() const;

  /// OpenSSL's verification callback: dates and subjects as the options want them.
  static int verify(int good, x509_store_ctx_st* chain);

 private:
  TlsSession(std::shared_ptr<const Credentials::Contexts> contexts, ssl_st* ssl, int fd, std::string domain);
  static std::unique_ptr<TlsSession> make(const Credentials& credentials, int fd, bool server, const std::string& domain);
  Outcome outcome_of(int result);
  bool is_wanted(const PeerNames& names) const;

  friend struct SocketBio;
  struct Socket {
    int fd;
    bool closed_for_now = false;  // reads find nothing
  };

  std::shared_ptr<const Credentials::Contexts> contexts_;
  ssl_st* ssl_;
  Socket socket_;
  std::string domain_;  // who the peer must be; empty: we accepted it
  std::unique_ptr<PeerNames> peer_;
  std::string problem_;
  bool refused_ = false;  // by verify()
};

PeerNames names_of(x509_st* certificate);

}  // namespace io
