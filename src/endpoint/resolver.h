// endpoint/resolver.h - from a URI to the servers to try: sip::Targets, a name service and a memory joined.
//
// One a shard. Questions that are already on their way are not asked again; answers are kept for their TTL, so that
// calls to a domain that is in use ask nobody.
#pragma once
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "endpoint/name_cache.h"
#include "io/port.h"
#include "sip/targets.h"

namespace endpoint {

class Resolver {
 public:
  /// Resolutions on their way; a further one has no target at once.
  static constexpr std::size_t pending_max = 4'096;
  /// However slow the name service is: what is not known by then is not found.
  static constexpr base::Duration time_limit = std::chrono::seconds{8};

  using Done = base::Function<void(std::vector<sip::Target>)>;
  using Ticket = std::uint64_t;
  static constexpr Ticket no_ticket = 0;

  explicit Resolver(io::Shard& shard) : shard_{shard} {}
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() { *alive_ = false; }

  /// `done` is called before this returns no_ticket when nobody has to be asked, else later.
  Ticket resolve(const sip::Uri& uri, sip::Targets::Options options, Done done);
  /// Whoever waits is gone.
  void cancel(Ticket ticket) { pending_.erase(ticket); }
  /// Forgets what was learnt; the next resolutions ask again.
  void clear() { cache_.clear(); }

  const NameCache& cache() const { return cache_; }
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Pending {
    Pending(Resolver& owner, Ticket ticket, sip::Targets targets, Done when_done)
        : machine{std::move(targets)}, done{std::move(when_done)}, limit{[&owner, ticket] { owner.finish(ticket); }} {}
    sip::Targets machine;
    Done done;
    io::Timer limit;
  };

  bool pump(Ticket ticket, sip::Targets& machine);
  void ask(const base::dns::Question& question);
  void on_answer(const base::dns::Question& question, const base::dns::Answer& answer);
  void finish(Ticket ticket);

  io::Shard& shard_;
  NameCache cache_;
  Ticket made_ = 0;
  std::unordered_map<Ticket, std::unique_ptr<Pending>> pending_;
  std::map<base::dns::Question, std::vector<Ticket>> asked_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace endpoint
