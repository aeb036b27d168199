// io/hosts_file.h - /etc/hosts: names that no server is asked for.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include <optional>

#include "base/dns.h"
#include "base/time.h"

namespace io {

/// Read when it is first needed, and again when it has changed; looked at that often at most.
class HostsFile {
 public:
  static constexpr base::Duration look_interval = std::chrono::seconds{5};
  /// How long what it says may be remembered.
  static constexpr std::chrono::seconds ttl{5};

  explicit HostsFile(std::string path = "/etc/hosts") : path_{std::move(path)} {}
  /// An a or aaaa question. Nullopt: the file does not know the name.
  std::optional<base::dns::Answer> find(const base::dns::Question& question, base::Time now);

 private:
  void look(base::Time now);
  void read();

  std::string path_;
  base::Time looked_at_{};
  bool looked_ = false;
  std::int64_t changed_ = -1;  // modification time and size of what was read
  std::int64_t size_ = -1;
  std::unordered_map<std::string, std::vector<base::Ip>> names_;
};

}  // namespace io
