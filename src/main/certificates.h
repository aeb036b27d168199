// main/certificates.h - the certificates of all profiles: read at the start, looked at again every two seconds.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "dialplan/profile.h"
#include "io/credentials.h"
#include "io/port.h"

namespace ahoy {

/// What a profile's tls parameters say. The error is a sentence.
base::Result<io::TlsOptions, std::string> tls_options(const dialplan::ProfileSettings& settings,
                                                      const std::string& usual_directory);

class Certificates {
 public:
  /// A certificate replaced on disk serves new connections after this time and a blink.
  static constexpr base::Duration look_every = std::chrono::seconds{2};

  /// `directory` for profiles that name none (tls-cert-dir). Empty: nothing is read, there is no TLS to be had; for the
  /// simulated world, which has no files.
  Certificates(io::Shard& shard, std::string directory);

  /// Reads what `profile` needs, before anything listens. The error is a sentence.
  base::Result<void, std::string> read(const dialplan::Profile& profile);
  /// Null in the simulated world.
  std::shared_ptr<io::Credentials> of(const std::string& profile) const { return found(sip_, profile); }
  std::shared_ptr<io::Credentials> of_web(const std::string& profile) const { return found(web_, profile); }
  /// Looks at the files from now on.
  void watch();

 private:
  using ByProfile = std::map<std::string, std::shared_ptr<io::Credentials>>;
  static std::shared_ptr<io::Credentials> found(const ByProfile& all, const std::string& profile);
  void look();

  io::Shard& shard_;
  std::string directory_;
  ByProfile sip_, web_;
  io::Timer timer_;
  std::shared_ptr<bool> looking_;  // what is on its way from the offload pool may outlive this
};

}  // namespace ahoy
