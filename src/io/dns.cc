#include "io/dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <unistd.h>

#include <optional>

#include "base/log.h"
#include "base/require.h"
#include "base/text.h"
#include "io/dns_message.h"

namespace io {

namespace {

int type_number(base::dns::Type type) {
  switch (type) {
    case base::dns::Type::a: return ns_t_a;
    case base::dns::Type::aaaa: return ns_t_aaaa;
    case base::dns::Type::srv: return ns_t_srv;
    case base::dns::Type::naptr: return ns_t_naptr;
  }
  return ns_t_a;
}

bool is_address(base::dns::Type type) { return type == base::dns::Type::a || type == base::dns::Type::aaaa; }

/// Once in the life of the program.
bool library_ready() {
  static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return ready;
}

}  // namespace

/// Watches a duplicate of c-ares' descriptor, so that each side closes its own.
class Dns::Socket : public Watched {
 public:
  Socket(Dns& owner, int fd) : owner_{owner}, fd_{fd} { file = File{::dup(fd)}; }
  void on_ready(std::uint32_t events) override {
    const bool readable = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    owner_.process(readable ? fd_ : ARES_SOCKET_BAD, (events & EPOLLOUT) != 0 ? fd_ : ARES_SOCKET_BAD);
  }

 private:
  Dns& owner_;
  const int fd_;
};

struct Dns::Asked {
  Dns* owner;
  base::dns::Question question;
  Done done;
};

Dns::Dns(Shard& shard, Reactor& reactor, const std::string& servers)
    : shard_{shard}, reactor_{reactor}, timer_{[this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }} {
  base::require(library_ready(), "c-ares did not start");
  ares_options options{};
  options.timeout = static_cast<int>(first_wait.count());
  options.tries = tries;
  options.sock_state_cb = &Dns::on_socket;
  options.sock_state_cb_data = this;
  const int status = ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) {
    base::log::error("dns", "names cannot be looked up: {}", ares_strerror(status));
    channel_ = nullptr;
    return;
  }
  if (!servers.empty()) ares_set_servers_ports_csv(channel_, servers.c_str());
}

Dns::~Dns() {
  closing_ = true;
  *alive_ = false;
  if (channel_) ares_destroy(channel_);  // calls every on_answer, and on_socket for what it closes
  for (auto* asked : asked_) delete asked;
}

bool Dns::is_server_list(const std::string& list) {
  if (list.empty()) return true;
  for (const auto item : base::split(list, ','))
    if (!base::Ip::parse(base::trim(item)) && !base::Address::parse(base::trim(item))) return false;
  return true;
}

void Dns::ask(base::dns::Question question, Done done) {
  if (is_address(question.type))
    if (auto known = hosts_.find(question, shard_.now())) return answer_later(std::move(done), std::move(*known));
  if (!channel_) return answer_later(std::move(done), {});
  const int type = type_number(question.type);
  // A name without a dot is completed by the system's search list.
  const bool bare = is_address(question.type) && question.name.find('.') == std::string::npos;
  auto* asked = new Asked{this, std::move(question), std::move(done)};
  asked_.insert(asked);
  if (bare) ares_search(channel_, asked->question.name.c_str(), ns_c_in, type, &Dns::on_answer, asked);
  else ares_query(channel_, asked->question.name.c_str(), ns_c_in, type, &Dns::on_answer, asked);
  restart_timer();
}

void Dns::on_answer(void* pointer, int status, int, unsigned char* bytes, int size) {
  std::unique_ptr<Asked> asked{static_cast<Asked*>(pointer)};
  auto& owner = *asked->owner;
  owner.asked_.erase(asked.get());
  if (owner.closing_) return;
  const std::string_view message{reinterpret_cast<const char*>(bytes), bytes ? static_cast<std::size_t>(size) : 0};
  base::dns::Answer answer;
  switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA:
    case ARES_ENOTFOUND: answer = read_dns_answer(message, asked->question.type); break;
    case ARES_EBADNAME: answer.status = base::dns::Answer::Status::none; break;
    default: break;
  }
  // Some answers come while the question is being put.
  owner.answer_later(std::move(asked->done), std::move(answer));
}

void Dns::answer_later(Done done, base::dns::Answer answer) {
  shard_.post(shard_.id(), [alive = alive_, done = std::move(done), answer = std::move(answer)]() mutable {
    if (*alive) done(answer);
  });
}

void Dns::on_socket(void* pointer, int fd, int readable, int writable) {
  auto& self = *static_cast<Dns*>(pointer);
  const auto found = self.sockets_.find(fd);
  if (readable == 0 && writable == 0) {
    if (found == self.sockets_.end()) return;
    self.reactor_.bury(found->second);
    self.sockets_.erase(found);
    return;
  }
  const std::uint32_t events = (readable != 0 ? EPOLLIN : 0U) | (writable != 0 ? EPOLLOUT : 0U);
  if (found != self.sockets_.end()) return self.reactor_.change(*found->second, events);
  auto* socket = new Socket{self, fd};
  self.sockets_[fd] = socket;
  self.reactor_.watch(*socket, events);
}

void Dns::process(int read_fd, int write_fd) {
  ares_process_fd(channel_, read_fd, write_fd);
  restart_timer();
}

void Dns::restart_timer() {
  timeval room{};
  const auto* wait = ares_timeout(channel_, nullptr, &room);
  if (!wait) return timer_.stop();
  const auto until = std::chrono::seconds{wait->tv_sec} + std::chrono::microseconds{wait->tv_usec};
  timer_.start(shard_.timers(), shard_.now() + until + TimerWheel::tick);
}

}  // namespace io
