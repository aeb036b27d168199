// tests/scenario/ladder.h - what went between the hosts of a flow, compared with a table that reads like the
// RFC's ladder.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/flow.h"
#include "sim/world.h"

namespace scenario {

class Ladder {
 public:
  Ladder(sim::World& world, endpoint::Transport over);
  /// How the host is called in tables.
  void name(const base::Ip& ip, std::string name) { names_[ip] = std::move(name); }
  /// What was noted until now is no part of the flow.
  void clear() { sent_.clear(); }

  /// Compares with a table of all messages in their order. What different parties say at one time has none: there a
  /// message only comes behind those that its sender had received, and those that were before it on its way.
  ///
  ///     F1  Alice -> Ahoy   INVITE sip:bob@biloxi.example.com SIP/2.0
  ///         CSeq: 1 INVITE                  the field has this text, in which * is anything
  ///         no Route                        there is no such field
  ///         SDP: 192.0.2.101                media is wanted there; "no SDP": there is no body
  ///     F2 x7 Ahoy -> Bob  ...              sent that often over UDP, once over a stream
  ///
  /// {over} is what begins a Via, {transport} the parameter of a URI that wants it, {port} its usual port.
  /// Beyond the table every message must fit its transaction: check_transactions().
  void expect(std::string_view table) const;

 private:
  struct Sent {
    base::Time at;
    base::Address from, to;
    std::string text;
  };
  struct Row {
    std::string number, from, to, start;
    std::vector<std::string> fields;
  };
  std::vector<Row> rows_of(std::string_view table) const;
  std::string name_of(const base::Address& address) const;
  std::string text() const;
  /// The message of the row: the first that fits among those that may come next, or else the first of these.
  const Sent* take(const Row& row, std::vector<const Sent*>& left) const;
  bool fits(const Row& row, const Sent& sent) const;
  void compare(const Row& row, const Sent& sent) const;
  /// RFC 3261 sections 8.1.1, 8.2.6, 9.1, 16.6, 16.7 and 17.1.1.3: what holds for every message whatever the flow.
  void check_transactions() const;
  void check_response(std::size_t at) const;
  void check_request(std::size_t at) const;
  void check_ack(std::size_t at) const;
  void check_forwarded(std::size_t at) const;
  const Sent* before(std::size_t at, const std::function<bool(const Sent&)>& wanted) const;

  sim::World& world_;
  endpoint::Transport over_;
  std::map<base::Ip, std::string> names_;
  std::vector<Sent> sent_;
};

/// `text` with {over}, {transport} and {port} filled in.
std::string fill(std::string text, endpoint::Transport over);
/// All values of a list header, one text for each; none of these lists has a comma inside a value.
std::vector<std::string> values(std::string_view message, std::string_view name);
/// Of CSeq.
std::string method_of(std::string_view message);

}  // namespace scenario
