#include "phone/phone.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "call/media/codec_prefs.h"
#include "sip/header/contact.h"

namespace phone {

namespace {

endpoint::UasChecks what_we_do() {
  using sip::Method;
  return {{Method::invite, Method::bye, Method::options, Method::info, Method::update}, {"replaces"}};
}

constexpr int busy_here = 486;
constexpr int interval_too_brief = 423;

sip::Responder::Account account_of(const Options& options) {
  return {options.account.user, {options.account.password, {}, {}, {}}, {}};
}

}  // namespace

Phone::Phone(io::Shard& shard, Options options)
    : shard_{shard}, options_{std::move(options)}, endpoint_{shard, what_we_do()},
      ports_{shard, options_.rtp_first, options_.rtp_last},
      responder_{account_of(options_)}, expires_{options_.expires},
      register_timer_{[this] { send_register(); }} {
  base::require(shard.count() == 1, "a phone stands on a shard that is alone");
  // A TLS server has to prove to be the domain that we want to register with.
  if (is_secure(options_.transport)) verified_ = std::make_shared<const std::string>(domain());
  endpoint_.join({&endpoint_});
  endpoint_.set_handler(sip::Method::invite, this);
  media_.local = media_.advertised = options_.local.ip;
  media_.codecs = options_.codecs.empty() ? call::parse_codec_prefs("PCMU,PCMA").codecs : options_.codecs;
}

Phone::~Phone() {
  if (register_out_ != endpoint::no_transaction) endpoint_.forget(register_out_);
  calls_.clear();
}

base::Result<void, io::Reason> Phone::open() {
  endpoint::ListeningPoint point;
  point.profile = "phone";
  point.local = options_.local;
  point.user_agent = "Ahoy phone";
  point.credentials = options_.credentials;
  point.web_client = true;
  if (const auto id = endpoint_.open(point); !id) return base::Unexpected<io::Reason>{id.error()};
  options_.local = endpoint_.point(0).local;
  return {};
}

std::string Phone::domain() const {
  return options_.account.domain.empty() ? options_.server.ip.host() : options_.account.domain;
}

std::string Phone::own_address() const {
  const auto& account = options_.account;
  const std::string uri = "<sip:" + sip::escape_user(account.user) + "@" + domain() + ">";
  return account.display_name.empty() ? uri : '"' + account.display_name + "\" " + uri;
}

// --- registration, RFC 3261 section 10 ------------------------------------------------------------------------

void Phone::register_now() {
  wants_registration_ = true;
  send_register();
}

void Phone::unregister() {
  wants_registration_ = false;
  if (registered_) send_register();
}

void Phone::send_register() {
  if (register_out_ != endpoint::no_transaction) return;
  if (register_call_id_.empty()) {
    register_call_id_ = endpoint_.new_call_id();
    register_tag_ = endpoint_.new_tag();
  }
  auto request = sip::Message::request(sip::Method::register_, "sip:" + domain());
  request.add("Max-Forwards", "70");
  request.add("From", own_address() + ";tag=" + register_tag_);
  request.add("To", own_address());
  request.add("Call-ID", register_call_id_);
  request.add("CSeq", std::to_string(++register_cseq_) + " REGISTER");
  request.add("Contact", "<" + endpoint_.contact(flow(), options_.account.user).text() + ">");
  request.add("Expires", std::to_string(wants_registration_ ? expires_.count() : 0));
  request.add("User-Agent", "Ahoy phone");
  responder_.authorize(request);
  register_out_ = endpoint_.send_request(std::move(request), flow(), this);
}

void Phone::on_response(endpoint::TransactionId, const sip::Message& response) {
  if (response.status() < 200) return;
  register_out_ = endpoint::no_transaction;
  const int status = response.status();
  if ((status == 401 || status == 407) &&
      responder_.on_challenge(response, shard_.random()) == sip::Responder::Outcome::ready)
    return send_register();
  if (status == interval_too_brief) {
    const auto least = base::to_number<long>(base::trim(response.text_of("Min-Expires").value_or("")));
    if (least && *least > expires_.count()) {
      expires_ = std::chrono::seconds{*least};
      return send_register();
    }
  }
  auto granted = expires_;
  if (status < 300) {
    responder_.on_success();
    if (const auto all = base::to_number<long>(base::trim(response.text_of("Expires").value_or(""))))
      granted = std::chrono::seconds{*all};
    const auto mine = endpoint_.contact(flow(), options_.account.user);
    if (const auto contacts = response.all<sip::Contact>())
      for (const auto& contact : *contacts)
        if (equivalent(contact.uri, mine) && contact.expires()) granted = std::chrono::seconds{*contact.expires()};
  }
  registration_over(status, granted);
}

void Phone::on_failure(endpoint::TransactionId, sip::End) {
  register_out_ = endpoint::no_transaction;
  registration_over(0, {});
}

void Phone::registration_over(int status, std::chrono::seconds expires) {
  registration_status_ = status;
  const bool done = status >= 200 && status < 300;
  registered_ = done && wants_registration_ && expires.count() > 0;
  if (wants_registration_) {
    // Refreshed well before it ends; RFC 3261 leaves the margin to us.
    const base::Duration next = registered_ ? base::Duration{expires} * 4 / 5 : retry;
    register_timer_.start(shard_.timers(), shard_.now() + next);
  } else {
    register_timer_.stop();
  }
  if (on_registration) on_registration(*this);
}

// --- calls ------------------------------------------------------------------------------------------------------

Call& Phone::make_call(Script script) {
  calls_.push_back(std::make_unique<Call>(shard_, endpoint_, ports_, media_, std::move(script)));
  calls_.back()->on_changed = [this](Call& call) {
    if (on_call_changed) on_call_changed(call);
  };
  return *calls_.back();
}

Call& Phone::dial(std::string_view target) { return dial(target, options_.script); }

Call& Phone::dial(std::string_view target, Script script) {
  const bool is_uri = target.starts_with("sip:") || target.starts_with("sips:");
  std::string uri{target};
  if (!is_uri) uri = "sip:" + (target.find('@') == std::string_view::npos ? sip::escape_user(target) + "@" + domain() : uri);
  auto invite = sip::Message::request(sip::Method::invite, uri);
  invite.add("Max-Forwards", "70");
  invite.add("From", own_address() + ";tag=" + endpoint_.new_tag());
  invite.add("To", "<" + uri + ">");
  invite.add("Call-ID", endpoint_.new_call_id());
  invite.add("CSeq", "1 INVITE");
  invite.add("Contact", "<" + endpoint_.contact(flow(), options_.account.user).text() + ">");
  invite.add("Allow", endpoint_.allow());
  invite.add("User-Agent", "Ahoy phone");
  auto& call = make_call(std::move(script));
  call.begin(std::move(invite), flow(), account_of(options_));
  return call;
}

void Phone::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  const auto alive = std::count_if(calls_.begin(), calls_.end(), [](const auto& call) { return !call->over(); });
  auto& call = make_call(options_.script);
  auto reception = options_.reception;
  if (static_cast<std::size_t>(alive) >= calls_max) reception.reject = busy_here;
  call.receive(id, std::move(request), from, reception);
  if (on_incoming) on_incoming(call);
}

}  // namespace phone
