#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/reply.h"

#define BYTES(literal) sift_span((literal), sizeof(literal) - 1)

static bool is(struct sift_span span, const char *text) {
  return sift_span_equal(span, sift_span_of(text));
}

static void acks_are_maps_of_any_order(void **state) {
  (void)state;
  struct sift_gen_reply reply = sift_gen_reply_read(BYTES("\x81\xa3"
                                                          "ack\xa4"
                                                          "abc\n\x81"));
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_ACK);
  assert_true(is(reply.ack, "abc\n"));
  assert_int_equal(reply.len, 10);
  reply = sift_gen_reply_read(BYTES("\x82\xa1x\x92\x01\x02\xa3"
                                    "ack\xc4\x01z"));
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_ACK);
  assert_true(is(reply.ack, "z"));
}

static void the_handshake_is_read(void **state) {
  (void)state;
  struct sift_gen_reply reply = sift_gen_reply_read(BYTES("\x92\xa4HELO\x83\xa5nonce\xc4\x02\x00\xff\xa4"
                                                          "auth\xa0\xa9keepalive\xc3"));
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_HELO);
  assert_int_equal(reply.nonce.len, 2);
  assert_int_equal(reply.auth.len, 0);
  reply = sift_gen_reply_read(BYTES("\x95\xa4PONG\xc2\xa3why\xa1s\xa0"));
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_PONG);
  assert_false(reply.welcome);
  assert_true(is(reply.reason, "why"));
  assert_true(is(reply.hostname, "s"));
}

static void half_of_a_reply_is_short(void **state) {
  (void)state;
  static const char ack[] = "\x81\xa3"
                            "ack\xa4"
                            "abcd";
  for (size_t len = 0; len < sizeof(ack) - 1; len++) {
    assert_int_equal(sift_gen_reply_read(sift_span(ack, len)).kind, SIFT_GEN_REPLY_SHORT);
  }
  static const char helo[] = "\x92\xa4HELO\x81\xa5nonce\xa2xy";
  for (size_t len = 0; len < sizeof(helo) - 1; len++) {
    assert_int_equal(sift_gen_reply_read(sift_span(helo, len)).kind, SIFT_GEN_REPLY_SHORT);
  }
}

static void anything_else_is_bad(void **state) {
  (void)state;
  assert_int_equal(sift_gen_reply_read(BYTES("HTTP/1.1 400 Bad Request")).kind, SIFT_GEN_REPLY_BAD);
  assert_int_equal(sift_gen_reply_read(BYTES("\x80")).kind, SIFT_GEN_REPLY_BAD);
  assert_int_equal(sift_gen_reply_read(BYTES("\x81\xa1x\xa1y")).kind, SIFT_GEN_REPLY_BAD);
  assert_int_equal(sift_gen_reply_read(BYTES("\x92\xa4PONG\xc3")).kind, SIFT_GEN_REPLY_BAD);
  assert_int_equal(sift_gen_reply_read(BYTES("\xdf\xff\xff\xff\xff")).kind, SIFT_GEN_REPLY_BAD);
  assert_int_equal(sift_gen_reply_read(BYTES("\xc0")).kind, SIFT_GEN_REPLY_BAD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(acks_are_maps_of_any_order),
      cmocka_unit_test(the_handshake_is_read),
      cmocka_unit_test(half_of_a_reply_is_short),
      cmocka_unit_test(anything_else_is_bad),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
