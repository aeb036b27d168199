/* bench/parse/re.c - libre: points into the buffer; decodes the top Via, From, To, Call-ID, CSeq, and here Contact. */
#include <stdbool.h>
#include <stdint.h>
#include <re.h>

#include "messages.h"

static int parse(const char* text, size_t size) {
  static struct mbuf* buffer;
  struct sip_msg* msg = NULL;
  struct sip_addr contact;
  const struct sip_hdr* header;
  int good;
  if (!buffer) buffer = mbuf_alloc(8192);
  buffer->pos = buffer->end = 0;
  mbuf_write_mem(buffer, (const uint8_t*)text, size);
  buffer->pos = 0;
  good = sip_msg_decode(&msg, buffer) == 0 && msg->via.branch.p && msg->from.tag.p && msg->callid.p && msg->cseq.met.p;
  if (good) {
    header = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    good = header && sip_addr_decode(&contact, &header->val) == 0;
  }
  mem_deref(msg);
  return good ? 0 : 1;
}

int main(void) {
  if (libre_init()) return 1;
  measure_all("libre", parse);
  libre_close();
  return 0;
}
