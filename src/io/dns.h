// io/dns.h - the name service of one shard: c-ares on the shard's own epoll loop. It never blocks and has no thread.
//
// What c-ares wants watched is watched, its time limits are one timer of the wheel, and the records are read from the
// answers as they came, because c-ares keeps neither the time to live of SRV and NAPTR records nor that of a "no".
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/dns.h"
#include "base/function.h"
#include "io/hosts_file.h"
#include "io/port.h"
#include "io/reactor.h"

struct ares_channeldata;

namespace io {

class Dns {
 public:
  using Done = base::Function<void(const base::dns::Answer&)>;

  /// A server that does not answer is asked again after this, then the next one, each round twice as patient.
  static constexpr std::chrono::milliseconds first_wait{1'000};
  static constexpr int tries = 2;

  /// `servers` as in Shard::set_name_servers.
  Dns(Shard& shard, Reactor& reactor, const std::string& servers);
  Dns(const Dns&) = delete;
  Dns& operator=(const Dns&) = delete;
  /// Nobody who still waits is told.
  ~Dns();

  void ask(base::dns::Question question, Done done);
  static bool is_server_list(const std::string& list);

 private:
  class Socket;
  struct Asked;
  static void on_socket(void* self, int fd, int readable, int writable);
  static void on_answer(void* asked, int status, int timeouts, unsigned char* bytes, int size);
  void answer_later(Done done, base::dns::Answer answer);
  void process(int read_fd, int write_fd);
  void restart_timer();

  Shard& shard_;
  Reactor& reactor_;
  HostsFile hosts_;
  ares_channeldata* channel_ = nullptr;
  std::unordered_map<int, Socket*> sockets_;
  std::unordered_set<Asked*> asked_;
  Timer timer_;
  bool closing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace io
