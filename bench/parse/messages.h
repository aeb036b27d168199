/* bench/parse/messages.h - two INVITEs and the loop that measures, for every library in the same shape.
   small: a phone's first one (1 Via). large: the same behind six proxies. */
#ifndef BENCH_PARSE_MESSAGES_H
#define BENCH_PARSE_MESSAGES_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SDP                                                                                                \
  "v=0\r\no=alice 3903122840 3903122840 IN IP4 127.0.0.1\r\ns=call\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"       \
  "m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"                       \
  "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
#define COMMON                                                                                             \
  "Max-Forwards: 70\r\n"                                                                                   \
  "From: \"Alice Example\" <sip:alice@example.test>;tag=9fxced76sl\r\n"                                    \
  "To: \"Bob Example\" <sip:bob@example.test>\r\n"                                                         \
  "Call-ID: 3848276298220188511@atlanta.example.test\r\nCSeq: 101 INVITE\r\n"                              \
  "Contact: <sip:alice@127.0.0.1:5070;transport=udp>\r\n"                                                  \
  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\nSupported: replaces, timer, path\r\n"         \
  "User-Agent: Example Phone 1.2.3\r\nSession-Expires: 1800\r\nMin-SE: 90\r\n"
#define EXTRA                                                                                              \
  "P-Asserted-Identity: \"Alice Example\" <sip:alice@example.test>\r\n"                                    \
  "P-Charging-Vector: icid-value=1234bc9876e;icid-generated-at=127.0.0.6;orig-ioi=example.test\r\n"        \
  "Privacy: none\r\nAccept: application/sdp\r\nAccept-Language: en\r\nSubject: project call\r\n"           \
  "X-Trace-Id: 6f1c2b3a-8d7e-4f60-9a1b-2c3d4e5f6071\r\nDate: Mon, 23 Nov 2026 05:30:00 GMT\r\n"

static const char* assemble(const char* routing, const char* extra) {
  static char store[2][8192];
  static int used = 0;
  char* text = store[used++ % 2];
  snprintf(text, 8192, "INVITE sip:bob@example.test;user=phone SIP/2.0\r\n%s%s%sContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
           routing, COMMON, extra, strlen(SDP), SDP);
  return text;
}

static const char* small_message(void) {
  return assemble("Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK74bf9a1c2d3e;rport\r\n", "");
}

static const char* large_message(void) {
  char routing[4096] = "";
  size_t at = 0;
  int i;
  for (i = 6; i >= 1; i--)
    at += (size_t)snprintf(routing + at, sizeof routing - at,
                           "Record-Route: <sip:127.0.0.%d:5060;transport=udp;lr;ftag=9fxced76sl;did=%d7a.b3c>\r\n", i, i);
  at += (size_t)snprintf(routing + at, sizeof routing - at, "Record-Route: <sip:edge.example.test;lr>\r\n");
  for (i = 6; i >= 1; i--)
    at += (size_t)snprintf(routing + at, sizeof routing - at,
                           "Via: SIP/2.0/UDP 127.0.0.%d:5060;branch=z9hG4bK%d2f1.7e5b9a0c4d3e2f1a0b9c8d7e6f5a4b3c.%d\r\n", i, i, i);
  snprintf(routing + at, sizeof routing - at,
           "Via: SIP/2.0/UDP 127.0.0.1:5070;received=127.0.0.9;branch=z9hG4bK74bf9a1c2d3e;rport=5070\r\n");
  return assemble(routing, EXTRA);
}

/* Parses once; 0 when the parser gave what it should. */
typedef int (*parse_fn)(const char* text, size_t size);

/* Of processor time, so that others on the machine disturb less. */
static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Prints "library message nanoseconds": the time of one parse over about a fifth of a second. */
static void measure(const char* library, const char* which, const char* text, parse_fn parse) {
  const size_t size = strlen(text);
  long n = 1000, i;
  double took = 0;
  if (parse(text, size) != 0) {
    printf("%s %s failed\n", library, which);
    exit(1);
  }
  for (;; n *= 2) {
    took = seconds_now();
    for (i = 0; i < n; i++)
      if (parse(text, size) != 0) exit(1);
    took = seconds_now() - took;
    if (took > 0.2) break;
  }
  printf("%s %s %.1f\n", library, which, took / (double)n * 1e9);
}

static void measure_all(const char* library, parse_fn parse) {
  measure(library, "small", small_message(), parse);
  measure(library, "large", large_message(), parse);
}
#endif
