// bench/parse/ours.cc - Ahoy: the index, then every header a transaction, a dialog or a call needs, typed.
#include "bench/parse/messages.h"
#include "sip/header/call_id.h"
#include "sip/header/contact.h"
#include "sip/header/content_length.h"
#include "sip/header/content_type.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/max_forwards.h"
#include "sip/header/record_route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"
#include "sip/message.h"

namespace {

int parse(const char* text, size_t size) {
  using namespace sip;
  const auto message = Message::parse(std::string{text, size});
  if (!message) return 1;
  const auto uri = Uri::parse(message->request_uri());
  const auto vias = message->all<Via>();
  const auto from = message->get<From>();
  const auto to = message->get<To>();
  const auto call_id = message->get<CallId>();
  const auto cseq = message->get<CSeq>();
  const auto contact = message->get<Contact>();
  const auto hops = message->get<MaxForwards>();
  const auto type = message->get<ContentType>();
  const auto length = message->get<ContentLength>();
  const auto routes = message->all<RecordRoute>();
  const bool good = uri && vias && !vias->empty() && !vias->front().branch().empty() && from && from->tag() && to &&
                    call_id && cseq && contact && hops && type && length && length->value == message->body().size() && routes;
  return good ? 0 : 1;
}

}  // namespace

int main() { measure_all("ahoy", parse); }
