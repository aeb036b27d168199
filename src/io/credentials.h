// io/credentials.h - what a TLS endpoint shows of itself and whom it believes: certificates, keys, authorities, rules.
//
// A folder holds, as FreeSWITCH has them:
//   agent.pem    key, certificate and chain of this server; wss.pem, where it is there, goes before it for WSS
//   cafile.pem   authorities that peers' certificates must come from
//   NAME.pem     any other file with a key and a certificate: shown to who asks for one of its names (SNI)
//
// Safe to use from every shard. refresh() reads the files when one has changed: new connections get the new
// certificates, those that are up keep theirs; what is broken is refused as a whole and the old ones stay.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace io {

struct TlsOptions {
  std::string directory;                 ///< tls-cert-dir
  std::string own_file = "agent.pem";    ///< "wss.pem" falls back to agent.pem; empty: only to connect, showing nothing
  std::string authorities;               ///< empty: cafile.pem of the folder
  std::string passphrase;                ///< tls-passphrase, of the keys
  std::string ciphers;                   ///< tls-ciphers, of TLS 1.2; empty: OpenSSL's
  bool tls_1_2 = true, tls_1_3 = true;   ///< tls-version
  // tls-verify-policy
  bool verify_in = false, verify_out = false;      ///< The peer must show a certificate of a known authority.
  bool subjects_in = false, subjects_out = false;  ///< ... that names a certain subject.
  std::vector<std::string> in_subjects;            ///< tls-verify-in-subjects
  int verify_depth = 2;                            ///< certificates between the peer's and the authority
  bool verify_date = true;                         ///< false: expired ones are taken too
};

/// "none", "in", "out", "all", "subjects_in", "subjects_out", "subjects_all", several joined by '|'. The error names
/// the word that is none of them.
base::Result<void, std::string> set_verify_policy(TlsOptions& options, std::string_view policy);
/// A list of tlsv1.2 and tlsv1.3; older ones are left out. The error says what is wrong.
base::Result<void, std::string> set_versions(TlsOptions& options, std::string_view versions);

class Credentials {
 public:
  /// The OpenSSL side, for io/tls_session.cc only.
  struct Contexts;

  /// Reads and checks the folder: blocks, costs some milliseconds. The error is a sentence that names the file.
  static base::Result<std::shared_ptr<Credentials>, std::string> load(TlsOptions options);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  enum class Refreshed : std::uint8_t { unchanged, renewed };
  /// Looks at the files and takes over what has changed. Blocks: for the offload pool. An error is told once for each
  /// state of the files.
  base::Result<Refreshed, std::string> refresh();

  const TlsOptions& options() const { return options_; }
  std::shared_ptr<const Contexts> contexts() const;

 private:
  explicit Credentials(TlsOptions options) : options_{std::move(options)} {}

  const TlsOptions options_;
  mutable std::mutex mutex_;  // once a connection, never on the path of a call
  std::shared_ptr<const Contexts> contexts_;
  std::string fingerprint_;  // of the files: names, times, sizes
};

}  // namespace io
