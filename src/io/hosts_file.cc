#include "io/hosts_file.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace io {

void HostsFile::look(base::Time now) {
  if (looked_ && now - looked_at_ < look_interval) return;
  looked_ = true;
  looked_at_ = now;
  struct stat facts{};
  if (::stat(path_.c_str(), &facts) != 0) return names_.clear();
  const auto changed = static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec;
  if (changed == changed_ && facts.st_size == size_) return;
  changed_ = changed;
  size_ = facts.st_size;
  read();
}

void HostsFile::read() {
  names_.clear();
  std::ifstream in{path_};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line.substr(0, line.find('#'))};
    std::string first, name;
    words >> first;
    const auto ip = base::Ip::parse(first);
    if (!ip) continue;
    while (words >> name) names_[base::lowered(name)].push_back(*ip);
  }
}

std::optional<base::dns::Answer> HostsFile::find(const base::dns::Question& question, base::Time now) {
  look(now);
  const auto found = names_.find(question.name);
  if (found == names_.end()) return std::nullopt;
  const auto family = question.type == base::dns::Type::a ? base::Family::ipv4 : base::Family::ipv6;
  base::dns::Answer answer;
  answer.ttl = ttl;
  for (const auto& ip : found->second)
    if (ip.family == family) answer.addresses.push_back(ip);
  answer.status = answer.addresses.empty() ? base::dns::Answer::Status::none : base::dns::Answer::Status::found;
  return answer;
}

}  // namespace io
