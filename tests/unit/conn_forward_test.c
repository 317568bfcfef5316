#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forward_support.h"
#include "ingest/serve/forward_auth.h"
#include "ingest/serve/forward_digest.h"

/* EventTime of 2026-01-31T10:19:10.5Z. */
#define EVENT_TIME "\xD7\x00\x69\x7D\xD7\x1E\x1D\xCD\x65\x00"
#define EVENT_NS "1769854750500000000"

static struct peer *plain_peer(void) {
  return peer_new("{tag.1}/{tag.2}", "{log}", NULL);
}

static void fluent_bits_forward_mode_comes_in_three_writes(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  assert_int_equal(peer_send(peer, BYTES("\x92\xA8kube.a.b"), 0), SIFT_OK);
  expect_told(peer, "");
  assert_int_equal(peer_send(peer, BYTES("\x92\x92" EVENT_TIME "\x81\xA3log\xA5hello"), 0), SIFT_OK);
  expect_told(peer, "");
  assert_int_equal(peer_send(peer, BYTES("\x92" EVENT_TIME "\x82\xA6stream\xA6stdout\xA3log\xA4two\n"), 0), SIFT_OK);
  expect_told(peer, "record " EVENT_NS " a/b||hello\nrecord " EVENT_NS " a/b||two\n");
  assert_int_equal(peer_finish(peer), SIFT_OK);
  expect_told(peer, "");
  peer_free(peer);
}

static void fluent_bits_nested_entries_with_metadata_are_read(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA8kube.a.b\x91\x92\x92" EVENT_TIME "\x81\xA4some\x81\xA3log\xA2no\x81\xA3log\xA3yes"
                    "\x83\xA5"
                    "chunk\xB8q83vEjRWeJCrze8SNFZ4kA==\xA4size\x01\xAD"
                    "fluent_signal\x00"),
              SIFT_OK, "chunk q83vEjRWeJCrze8SNFZ4kA==||\nrecord " EVENT_NS " a/b||yes\nack ||\n");
  assert_memory_equal(peer->told.reply,
                      "\x81\xA3"
                      "ack\xB8q83vEjRWeJCrze8SNFZ4kA==",
                      30);
  assert_int_equal(peer->told.reply_len, 30);
  peer_free(peer);
}

static void group_markers_are_no_records_and_their_fields_are_inherited(void **state) {
  (void)state;
  struct peer *peer = peer_new("{resource.attributes.space}", "{log}", NULL);
  expect_sent(peer,
              BYTES("\x92\xA1t\x94"
                    "\x92\x92\xD7\x00\xFF\xFF\xFF\xFF\x00\x00\x00\x00\x80"
                    "\x81\xA8resource\x81\xAA"
                    "attributes\x81\xA5space\xA3o/n"
                    "\x92\x92" EVENT_TIME "\x80\x81\xA3log\xA1x"
                    "\x92\x92\xD7\x00\xFF\xFF\xFF\xFE\x00\x00\x00\x00\x80\x80"
                    "\x92\x92" EVENT_TIME "\x80\x81\xA3log\xA1y"),
              SIFT_OK, "record " EVENT_NS " o/n||x\nrecord " EVENT_NS " ||y\n");
  peer_free(peer);
}

static void fluentds_packed_entries_in_a_str_are_acked_with_their_newline(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA8kube.a.b\xDB\x00\x00\x00\x29"
                    "\x92" EVENT_TIME "\x81\xA3log\xA4\xFF\xFE"
                    "ab"
                    "\x92" EVENT_TIME "\x81\xA3log\xA3two"
                    "\x83\xA5"
                    "chunk\xB9WqyE/VUYjZpPS5wTs1nTSA==\n\xA4size\x02\xAA"
                    "compressed\xA4text"),
              SIFT_OK,
              "chunk WqyE/VUYjZpPS5wTs1nTSA==\n||\nrecord " EVENT_NS " a/b||\xFF\xFE"
              "ab\nrecord " EVENT_NS " a/b||two\nack ||\n");
  assert_int_equal(peer->told.reply_len, 31);
  assert_memory_equal(peer->told.reply,
                      "\x81\xA3"
                      "ack\xB9WqyE/VUYjZpPS5wTs1nTSA==\n",
                      31);
  peer_free(peer);
}

static void fluent_org_loggers_packed_bin_has_integer_seconds(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA5x.a.b\xC4\x10\x92\xCE\x69\x7D\xD7\x1E\x81\xA3log\xA4"
                    "line"
                    "\x82\xA4size\x01\xA5"
                    "chunk\xA3"
                    "abc"),
              SIFT_OK, "chunk abc||\nrecord 1769854750000000000 a/b||line\nack ||\n");
  peer_free(peer);
}

static void a_message_of_one_may_carry_options(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x94\xA5x.a.b\x00\x81\xA3log\xA3one\x82\xA8metadata\x81\xA1k\xA1v\xA5"
                    "chunk\xA1"
                    "c"
                    "\x93\xA5x.a.b\xC0\x81\xA3log\xA3two"
                    "\x93\xA5x.a.b\xCB\x41\xDA\x5F\x75\xC7\xA0\x00\x00\x81\xA3log\xA5three"),
              SIFT_OK, "chunk c||\nrecord a/b||one\nack ||\nrecord a/b||two\nrecord 1769854750500000000 a/b||three\n");
  peer_free(peer);
}

static void a_kubernetes_record_is_known_by_default(void **state) {
  (void)state;
  struct peer *peer = peer_new(NULL, NULL, NULL);
  expect_sent(peer,
              BYTES("\x93\xA4kube" EVENT_TIME "\x84\xA3log\xA9one\ntwo\n\n\xA6stream\xA6stderr\xA2_p\xA1"
                    "F\xAAkubernetes\x84"
                    "\xA8pod_name\xA1p\xA6labels\x81\xA5space\xA3o/n\xAE"
                    "container_name\xA3"
                    "app\xA6pod_ip\xC0"),
              SIFT_OK, "record " EVENT_NS " o/n||one\ntwo\n\n");
  peer_free(peer);
}

static void heartbeats_and_connections_without_a_byte_are_nothing(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer, BYTES("\xC0\xC0\x93\xA5x.a.b\x00\x81\xA3log\xA1x\xC0"), SIFT_OK, "record a/b||x\n");
  assert_int_equal(peer_open(peer), SIFT_OK);
  assert_int_equal(peer_finish(peer), SIFT_OK);
  expect_told(peer, "");
  peer_free(peer);
}

static void metrics_and_traces_are_acked_and_dropped(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA1t\xC4\x03\x92\x01\x80\x82\xAD"
                    "fluent_signal\x01\xA5"
                    "chunk\xA1m"),
              SIFT_OK, "damage forward_signal 1||\nack ||\n");
  peer_free(peer);
}

static void a_chunk_sent_again_is_acked_and_not_taken(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  peer->told.chunk_known = true;
  expect_sent(peer,
              BYTES("\x93\xA5x.a.b\x91\x92\x01\x81\xA3log\xA1x\x81\xA5"
                    "chunk\xA1"
                    "c"),
              SIFT_OK, "chunk c||\nack ||\n");
  assert_int_equal(peer->told.records, 0);
  peer_free(peer);
}

static void json_is_refused_with_a_reason_of_its_own(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer, BYTES("[\"tag\", 1, {\"log\": \"x\"}]"), SIFT_EFORMAT, "damage forward_json 1||\n");
  expect_sent(peer, BYTES("{\"log\": \"x\"}"), SIFT_EFORMAT, "damage forward_json 1||\n");
  expect_sent(peer, BYTES("GET / HTTP/1.1\r\n"), SIFT_EFORMAT, "damage frame_syntax 1||\n");
  expect_sent(peer, BYTES("\x93\xA1t\xC1\x00"), SIFT_EFORMAT, "damage frame_syntax 1||\n");
  peer_free(peer);
}

static void what_is_no_message_is_counted_and_the_next_one_read(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer, BYTES("\x90\x91\xA1t\x92\x01\x90\x92\xA1t\x05\x93\xA5x.a.b\x00\x81\xA3log\xA1x"), SIFT_OK,
              "damage frame_syntax 1||\ndamage frame_syntax 1||\ndamage frame_syntax 1||\ndamage frame_syntax 1||\n"
              "record a/b||x\n");
  peer_free(peer);
}

/* A length and a count of four billion: refused before a byte of them came. */
static void declared_sizes_of_billions_are_refused_at_once(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer, BYTES("\xDD\xFF\xFF\xFF\xFF"), SIFT_ELIMIT, "damage frame_too_long 1||\n");
  expect_sent(peer, BYTES("\x93\xA1t\xDD\xFF\xFF\xFF\xFF"), SIFT_ELIMIT, "damage frame_too_long 1||\n");
  expect_sent(peer, BYTES("\x93\xA1t\xDB\xFF\xFF\xFF\xFF"), SIFT_ELIMIT, "damage frame_too_long 1||\n");
  expect_sent(peer, BYTES("\x93\xA1t\x00\xDF\xFF\xFF\xFF\xFF"), SIFT_ELIMIT, "damage frame_too_long 1||\n");
  expect_sent(peer, BYTES("\x92\xA1t\xC4\x05\xDD\xFF\xFF\xFF\xFF\x93\xA5x.a.b\x00\x81\xA3log\xA1x"), SIFT_OK,
              "damage forward_entry 1||\nrecord a/b||x\n");
  peer_free(peer);
}

static void a_depth_of_ten_thousand_costs_no_stack(void **state) {
  (void)state;
  enum { DEPTH = 10000 };
  static char bytes[2 * DEPTH + 100];
  struct peer *peer = plain_peer();
  char *at = put_text(sift_put_map(sift_put_unsigned(put_text(sift_put_array(bytes, 3), "x.a.b"), 0), 2), "deep");
  memset(at, 0x91, DEPTH);
  at = put_text(put_text(sift_put_nil(at + DEPTH), "log"), "x");
  assert_int_equal(peer_send(peer, sift_span(bytes, (size_t)(at - bytes)), 0), SIFT_OK);
  expect_told(peer, "record a/b||x\n");
  at = sift_put_unsigned(put_text(sift_put_array(bytes, 3), "x.a.b"), 0);
  for (int i = 0; i < DEPTH; i++) {
    at = sift_put_unsigned(sift_put_map(at, 1), 1);
  }
  at = sift_put_nil(at);
  assert_int_equal(peer_send(peer, sift_span(bytes, (size_t)(at - bytes)), 0), SIFT_OK);
  expect_told(peer, "damage json_text 1||\n");
  peer_free(peer);
}

static void a_connection_cut_anywhere_is_truncated(void **state) {
  (void)state;
  static const char message[] = "\x93\xA8kube.a.b\x91\x92\x92" EVENT_TIME "\x80\x81\xA3log\xA3yes\x81\xA5"
                                "chunk\xA1"
                                "c";
  struct peer *peer = plain_peer();
  for (size_t len = 1; len < sizeof message - 1; len++) {
    char *alone = malloc(len + SIFT_PADDING); /* so that a sanitizer sees what reads on */
    assert_non_null(alone);
    memset(alone, 0xC1, len + SIFT_PADDING);
    memcpy(alone, message, len);
    size_t used = 1;
    assert_int_equal(peer_open(peer), SIFT_OK);
    assert_int_equal(sift_protocol_feed(peer->protocol, alone, len, &used), SIFT_OK);
    assert_int_equal(used, 0);
    assert_int_equal(sift_protocol_finish(peer->protocol, alone, len), SIFT_OK);
    expect_told(peer, "damage truncated 1||\n");
    free(alone);
  }
  peer_free(peer);
}

static void a_frame_over_the_limit_ends_the_connection(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  peer->config.limits.frame_bytes_max = 100;
  char bytes[200];
  char text[101];
  memset(text, 'x', sizeof text);
  char *head = sift_put_unsigned(put_text(sift_put_array(bytes, 3), "x.a.b"), 0);
  head = put_text(sift_put_map(head, 1), "log");
  size_t fits = 100 - (size_t)(head - bytes) - 2;
  char *at = sift_put_str(head, sift_span(text, fits));
  assert_int_equal(at - bytes, 100);
  assert_int_equal(peer_send(peer, sift_span(bytes, (size_t)(at - bytes)), 0), SIFT_OK);
  assert_int_equal(peer->told.records, 1);
  peer->told.len = 0;
  at = sift_put_str(head, sift_span(text, fits + 1));
  expect_sent(peer, sift_span(bytes, (size_t)(at - bytes)), SIFT_ELIMIT, "damage frame_too_long 1||\n");
  peer_free(peer);
}

static void what_the_sink_says_ends_the_call(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  peer->told.refuses = SIFT_ENOMEM;
  assert_int_equal(peer_send(peer,
                             BYTES("\x93\xA5x.a.b\x92\x92\x01\x81\xA3log\xA1x\x92\x01\x81\xA3log\xA1y\x81\xA5"
                                   "chunk\xA1"
                                   "c"),
                             0),
                   SIFT_ENOMEM);
  assert_int_equal(peer->told.records, 1);
  assert_int_equal(peer->told.acks, 0);
  peer_free(peer);
}

static const struct sift_forward_user users[] = {{{"ann", 3}, {"secret", 6}}};
static const struct sift_forward_auth keyed = {{"key", 3}, {"sift", 4}, NULL, 0};
static const struct sift_forward_auth with_users = {{"key", 3}, {"sift", 4}, users, 1};

/* The nonce or salt in the HELO that was said: 32 digits behind `name`. */
static struct sift_span helo_value(const struct peer *peer, const char *name) {
  const char *at = memmem(peer->told.reply, peer->told.reply_len, name, strlen(name));
  assert_non_null(at);
  return sift_span(at + strlen(name) + 2, 32);
}

static size_t make_ping(const struct peer *peer, const char *key, const char *user, const char *password, char *out) {
  struct sift_span salt = sift_span("\xFF\x00raw bytes of it", 16);
  const struct sift_span parts[] = {salt, sift_span_of("client"), helo_value(peer, "nonce"), sift_span_of(key)};
  char digest[SIFT_DIGEST_HEX_BYTES];
  assert_int_equal(sift_forward_digest(parts, 4, digest), SIFT_OK);
  char *at = sift_put_str(put_text(put_text(sift_put_array(out, 6), "PING"), "client"), salt);
  at = put_text(sift_put_str(at, sift_span(digest, sizeof digest)), user);
  if (*user == '\0') {
    return (size_t)(put_text(at, "") - out);
  }
  const struct sift_span more[] = {helo_value(peer, "auth"), sift_span_of(user), sift_span_of(password)};
  assert_int_equal(sift_forward_digest(more, 3, digest), SIFT_OK);
  return (size_t)(sift_put_str(at, sift_span(digest, sizeof digest)) - out);
}

static const char one_record[] = "\x93\xA5x.a.b\x00\x81\xA3log\xA1x";

static void records_follow_a_handshake(void **state) {
  (void)state;
  const struct sift_forward_auth *auths[] = {&keyed, &with_users};
  for (size_t i = 0; i < 2; i++) {
    for (size_t step = 0; step < 2; step++) {
      struct peer *peer = peer_new("{tag.1}/{tag.2}", "{log}", auths[i]);
      char bytes[600];
      assert_int_equal(peer_open(peer), SIFT_OK);
      assert_int_equal(peer->told.replies, 1);
      size_t len = make_ping(peer, "key", i == 0 ? "" : "ann", "secret", bytes);
      memcpy(bytes + len, one_record, sizeof one_record - 1);
      assert_int_equal(peer_send(peer, sift_span(bytes, len + sizeof one_record - 1), step), SIFT_OK);
      assert_int_equal(peer->told.replies, 2);
      assert_memory_equal(peer->told.reply, "\x95\xA4PONG\xC3\xA0\xA4sift\xD9\x80", 15);
      expect_told(peer, "record a/b||x\n");
      peer_free(peer);
    }
  }
}

static void a_wrong_key_or_password_is_told_so_and_cut_off(void **state) {
  (void)state;
  const struct {
    const struct sift_forward_auth *auth;
    const char *key, *user, *password, *pong;
  } cases[] = {{&keyed, "kex", "", "", "\xB3shared_key mismatch"},
               {&with_users, "key", "ann", "wrong", "\xBAusername/password mismatch"},
               {&with_users, "key", "bob", "", "\xBAusername/password mismatch"},
               {&with_users, "key", "", "", "\xBAusername/password mismatch"}};
  for (size_t i = 0; i < 4; i++) {
    struct peer *peer = peer_new("{tag.1}/{tag.2}", "{log}", cases[i].auth);
    char bytes[600];
    assert_int_equal(peer_open(peer), SIFT_OK);
    size_t len = make_ping(peer, cases[i].key, cases[i].user, cases[i].password, bytes);
    memcpy(bytes + len, one_record, sizeof one_record - 1);
    assert_int_equal(peer_send(peer, sift_span(bytes, len + sizeof one_record - 1), 0), SIFT_EFORMAT);
    expect_told(peer, "damage auth_failed 1||\n");
    assert_memory_equal(peer->told.reply, "\x95\xA4PONG\xC2", 7);
    assert_memory_equal(peer->told.reply + 7, cases[i].pong, strlen(cases[i].pong));
    assert_int_equal(peer->told.reply_len, 7 + strlen(cases[i].pong) + 2);
    peer_free(peer);
  }
}

static void records_before_the_handshake_are_refused(void **state) {
  (void)state;
  struct peer *peer = peer_new("{tag.1}/{tag.2}", "{log}", &keyed);
  expect_sent(peer, sift_span(one_record, sizeof one_record - 1), SIFT_EFORMAT, "damage auth_missing 1||\n");
  /* However long they say they are: nobody unknown makes us keep megabytes. */
  expect_sent(peer, BYTES("\x92\xA5x.a.b\xDB\x00\x01\x00\x00"), SIFT_ELIMIT, "damage auth_missing 1||\n");
  expect_sent(peer, BYTES("\xC0"), SIFT_OK, "");
  peer_free(peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fluent_bits_forward_mode_comes_in_three_writes),
      cmocka_unit_test(fluent_bits_nested_entries_with_metadata_are_read),
      cmocka_unit_test(group_markers_are_no_records_and_their_fields_are_inherited),
      cmocka_unit_test(fluentds_packed_entries_in_a_str_are_acked_with_their_newline),
      cmocka_unit_test(fluent_org_loggers_packed_bin_has_integer_seconds),
      cmocka_unit_test(a_message_of_one_may_carry_options),
      cmocka_unit_test(a_kubernetes_record_is_known_by_default),
      cmocka_unit_test(heartbeats_and_connections_without_a_byte_are_nothing),
      cmocka_unit_test(metrics_and_traces_are_acked_and_dropped),
      cmocka_unit_test(a_chunk_sent_again_is_acked_and_not_taken),
      cmocka_unit_test(json_is_refused_with_a_reason_of_its_own),
      cmocka_unit_test(what_is_no_message_is_counted_and_the_next_one_read),
      cmocka_unit_test(declared_sizes_of_billions_are_refused_at_once),
      cmocka_unit_test(a_depth_of_ten_thousand_costs_no_stack),
      cmocka_unit_test(a_connection_cut_anywhere_is_truncated),
      cmocka_unit_test(a_frame_over_the_limit_ends_the_connection),
      cmocka_unit_test(what_the_sink_says_ends_the_call),
      cmocka_unit_test(records_follow_a_handshake),
      cmocka_unit_test(a_wrong_key_or_password_is_told_so_and_cut_off),
      cmocka_unit_test(records_before_the_handshake_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
