/* bench/parse/sofia.c - sofia-sip: msg_make copies the datagram and parses every header it knows. */
#include <sofia-sip/su.h>
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>

#include "messages.h"

static int parse(const char* text, size_t size) {
  msg_t* msg = msg_make(sip_default_mclass(), 0, text, (ssize_t)size);
  const sip_t* s = msg ? sip_object(msg) : NULL;
  const int good = s && s->sip_request && s->sip_via && s->sip_via->v_branch && s->sip_from && s->sip_from->a_tag &&
                   s->sip_to && s->sip_call_id && s->sip_cseq && s->sip_contact && s->sip_content_length &&
                   s->sip_payload && !s->sip_error;
  if (msg) msg_destroy(msg);
  return good ? 0 : 1;
}

int main(void) {
  su_init();
  measure_all("sofia-sip", parse);
  return 0;
}
