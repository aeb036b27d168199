// sip/dialog/dialog.h - a dialog: who talks to whom, over which route, and in which order.
//
// RFC 3261 section 12. A value without timers: it makes requests inside the dialog and judges those that come
// in. The route set is fixed when the dialog is made; the remote target moves with target refreshes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"
#include "sip/uri.h"

namespace sip {

/// Identifies a dialog at this end. RFC 3261 section 12: the peer sees the tags the other way round.
struct DialogId {
  std::string call_id, local_tag, remote_tag;
  bool operator==(const DialogId&) const = default;
};

class Dialog {
 public:
  /// Why no dialog can be made of these messages.
  enum class Fault : std::uint8_t { no_contact, bad_header };
  /// What to do with a request that came in.
  enum class Order : std::uint8_t { in_order, stale };

  /// As the one who answered: `response` is ours, with our tag in To and our Contact.
  static base::Result<Dialog, Fault> as_uas(const Message& request, const Message& response);
  /// As the one who asked: from a response with a To tag, 101-2xx.
  static base::Result<Dialog, Fault> as_uac(const Message& request, const Message& response);

  /// What it takes to go on with a dialog after a restart: one that is confirmed.
  struct Kept {
    DialogId id;
    std::string local, remote, local_contact, remote_target;
    std::vector<std::string> routes;
    std::uint32_t local_cseq = 0, remote_cseq = 0;
    bool operator==(const Kept&) const = default;
  };
  Kept kept() const;
  /// Nullopt: what was kept is no dialog.
  static std::optional<Dialog> restored(const Kept& kept);

  /// A request inside the dialog: request URI, Route, From, To, Call-ID, CSeq, Max-Forwards, Contact. The caller
  /// adds Via and body. Takes a new CSeq; an ACK or CANCEL takes the one of the INVITE it belongs to instead.
  Message request(Method method);
  Message ack(std::uint32_t invite_cseq) const;

  /// RFC 3261 section 12.2.2: `stale` gets 500 unless it is an ACK. Remembers the CSeq; moves the remote
  /// target when `request` refreshes it (INVITE, UPDATE, SUBSCRIBE, NOTIFY, REFER with Contact).
  Order on_request(const Message& request);
  /// A 2xx to a target refresh of ours moves the remote target (section 12.2.1.2). The first 2xx also replaces
  /// the route set of an early dialog (section 13.2.2.4).
  /// A 1xx with Contact moves it too.
  void on_response(const Message& response, Method method);
  /// `early` is the same dialog before the 2xx this one was made of: its CSeq numbers go on.
  void take_over(const Dialog& early);

  const DialogId& id() const { return id_; }
  const Uri& remote_target() const { return remote_target_; }
  /// Where a request goes first: the top route, or the remote target.
  const Uri& next_hop() const;
  std::uint32_t local_cseq() const { return local_cseq_; }
  /// For a request of this dialog that is sent once more.
  std::uint32_t next_cseq() { return ++local_cseq_; }
  void set_local_contact(std::string contact) { local_contact_ = std::move(contact); }
  /// RFC 3261 section 12.1: confirmed by a 2xx.
  bool confirmed() const { return confirmed_; }
  /// The name-addr texts of our and the peer's side, with tags.
  const std::string& local() const { return local_; }
  const std::string& remote() const { return remote_; }

 private:
  Message request_with(std::string_view method, std::uint32_t cseq) const;
  void take_routes(const Message& message, bool reversed);

  DialogId id_;
  std::string local_, remote_;  // From and To as we print them
  std::string local_contact_;
  Uri remote_target_;
  std::vector<std::string> routes_;  // name-addr texts, first hop first
  std::optional<Uri> first_route_;   // parsed routes_[0]
  std::uint32_t local_cseq_ = 0;
  std::optional<std::uint32_t> remote_cseq_;
  bool confirmed_ = false;
};

}  // namespace sip
