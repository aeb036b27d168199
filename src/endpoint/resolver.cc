#include "endpoint/resolver.h"

#include "base/log.h"
#include "base/metrics.h"

namespace endpoint {

namespace {

const base::metrics::Counter questions{"ahoy_dns_questions_total", "Questions put to the name service"};
const base::metrics::Counter failures{"ahoy_dns_failures_total", "Questions nobody answered"};

}  // namespace

Resolver::Ticket Resolver::resolve(const sip::Uri& uri, sip::Targets::Options options, Done done) {
  sip::Targets machine{uri, std::move(options), shard_.random()};
  const Ticket ticket = ++made_;
  if (pump(ticket, machine) || pending_.size() >= pending_max) {
    done(machine.take());
    return no_ticket;
  }
  auto& pending = *(pending_[ticket] = std::make_unique<Pending>(*this, ticket, std::move(machine), std::move(done)));
  pending.limit.start(shard_.timers(), shard_.now() + time_limit);
  return ticket;
}

/// Answers what is known and asks for the rest; true when the machine is done.
bool Resolver::pump(Ticket ticket, sip::Targets& machine) {
  while (const auto question = machine.poll()) {
    if (const auto* known = cache_.find(*question, shard_.now())) {
      machine.on_answer(*question, *known);
      continue;
    }
    auto [entry, fresh] = asked_.try_emplace(*question);
    entry->second.push_back(ticket);
    if (fresh) ask(*question);
  }
  return machine.done();
}

void Resolver::ask(const base::dns::Question& question) {
  questions.add();
  shard_.ask(question, [this, alive = alive_, question](const base::dns::Answer& answer) {
    if (*alive) on_answer(question, answer);
  });
}

void Resolver::on_answer(const base::dns::Question& question, const base::dns::Answer& answer) {
  if (answer.status == base::dns::Answer::Status::failed) {
    failures.add();
    base::log::info("dns", "no name server answered about {}", question.name);
  }
  cache_.put(question, answer, shard_.now());
  const auto waiting = asked_.extract(question);
  if (waiting.empty()) return;
  for (const auto ticket : waiting.mapped()) {
    const auto found = pending_.find(ticket);
    if (found == pending_.end()) continue;
    found->second->machine.on_answer(question, answer);
    if (pump(ticket, found->second->machine)) finish(ticket);
  }
}

void Resolver::finish(Ticket ticket) {
  auto node = pending_.extract(ticket);
  if (node.empty()) return;
  auto& pending = *node.mapped();
  pending.done(pending.machine.take());
  // Its timer may be what called us.
  shard_.post(shard_.id(), [dead = std::move(node.mapped())] {});
}

}  // namespace endpoint
