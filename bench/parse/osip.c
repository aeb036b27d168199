/* bench/parse/osip.c - libosip2: every field into an allocation of its own. */
#include <osipparser2/osip_parser.h>

#include "messages.h"

static int parse(const char* text, size_t size) {
  osip_message_t* m;
  int good;
  osip_message_init(&m);
  good = osip_message_parse(m, text, size) == 0 && m->from && m->to && m->call_id && m->cseq &&
         osip_list_size(&m->vias) >= 1 && osip_list_size(&m->contacts) == 1 && osip_list_size(&m->bodies) == 1;
  osip_message_free(m);
  return good ? 0 : 1;
}

int main(void) {
  parser_init();
  measure_all("libosip2", parse);
  return 0;
}
