#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <msgpack.h>

#include "forward_support.h"
#include "ingest/serve/forward_message.h"
#include "press.h"

/* Two entries, of one record each. */
#define FIRST "\x92\x00\x81\xA3log\xA3one"
#define SECOND "\x92\x00\x81\xA3log\xA3two"
#define BOTH_TOLD "record x/y||one\nrecord x/y||two\n"

static struct peer *plain_peer(void) {
  return peer_new("{tag}", "{log}", NULL);
}

/* [tag, body as bin or str32, {"compressed": label, "chunk": "c"}] as a client's library packs it. */
static struct sift_span pack_message(msgpack_sbuffer *buffer, struct sift_span body, bool as_str, const char *label) {
  msgpack_packer packer;
  msgpack_sbuffer_clear(buffer);
  msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
  msgpack_pack_array(&packer, 3);
  msgpack_pack_str_with_body(&packer, "x/y", 3);
  if (as_str) {
    msgpack_pack_str_with_body(&packer, body.data, body.len);
  } else {
    msgpack_pack_bin_with_body(&packer, body.data, body.len);
  }
  msgpack_pack_map(&packer, 2);
  msgpack_pack_str_with_body(&packer, "compressed", 10);
  msgpack_pack_str_with_body(&packer, label, strlen(label));
  msgpack_pack_str_with_body(&packer, "chunk", 5);
  msgpack_pack_str_with_body(&packer, "c", 1);
  return sift_span(buffer->data, buffer->size);
}

static void expect_body(struct sift_span body, const char *label, const char *told) {
  struct peer *peer = plain_peer();
  msgpack_sbuffer buffer;
  char log[400];
  msgpack_sbuffer_init(&buffer);
  snprintf(log, sizeof log, "chunk c||\n%sack ||\n", told);
  for (int as_str = 0; as_str < 2; as_str++) {
    expect_sent(peer, pack_message(&buffer, body, as_str, label), SIFT_OK, log);
  }
  msgpack_sbuffer_destroy(&buffer);
  peer_free(peer);
}

static void gzip_members_and_zstd_frames_follow_each_other(void **state) {
  (void)state;
  struct sift_span gzip = press_join(press_gzip(BYTES(FIRST)), press_gzip(BYTES(SECOND)));
  struct sift_span zstd = press_join(press_zstd(BYTES(FIRST)), press_zstd(BYTES(SECOND)));
  expect_body(gzip, "gzip", BOTH_TOLD);
  expect_body(zstd, "zstd", BOTH_TOLD);
  press_free(gzip);
  press_free(zstd);
}

static void magic_is_trusted_over_the_label(void **state) {
  (void)state;
  struct sift_span gzip = press_gzip(BYTES(FIRST SECOND));
  struct sift_span zstd = press_zstd(BYTES(FIRST SECOND));
  expect_body(gzip, "zstd", BOTH_TOLD);
  expect_body(zstd, "gzip", BOTH_TOLD);
  expect_body(gzip, "text", BOTH_TOLD);
  expect_body(BYTES(FIRST SECOND), "gzip", BOTH_TOLD);
  expect_body(BYTES(FIRST SECOND), "text", BOTH_TOLD);
  expect_body(BYTES(FIRST SECOND), "none such", BOTH_TOLD);
  expect_body(BYTES(""), "gzip", "");
  press_free(gzip);
  press_free(zstd);
}

static void an_entry_may_stand_across_two_members(void **state) {
  (void)state;
  struct sift_span gzip = press_join(press_gzip(BYTES("\x92\x00\x81\xA3lo")), press_gzip(BYTES("g\xA3one" SECOND)));
  expect_body(gzip, "gzip", BOTH_TOLD);
  press_free(gzip);
}

static void a_damaged_body_is_counted_and_acked(void **state) {
  (void)state;
  struct sift_span gzip = press_gzip(BYTES(FIRST SECOND));
  expect_body(sift_span(gzip.data, gzip.len - 5), "gzip", "damage truncated 1||\n");
  ((char *)(uintptr_t)gzip.data)[gzip.len - 6] ^= 0x55;
  expect_body(gzip, "gzip", "damage corrupt 1||\n");
  press_free(gzip);
  expect_body(BYTES(FIRST "\x92\x00\x81\xA3log\xA3tw"), "text", "record x/y||one\ndamage forward_entry 1||\n");
  expect_body(BYTES(FIRST "\xC1" SECOND), "text", "record x/y||one\ndamage forward_entry 1||\n");
}

static void a_bomb_stops_at_the_limit(void **state) {
  (void)state;
  size_t size = 1 << 24;
  char *zeros = press_room(size);
  struct sift_span zstd = press_zstd(sift_span(zeros, size));
  struct sift_span gzip = press_gzip(sift_span(zeros, size));
  struct peer *peer = plain_peer();
  expect_body(zstd, "zstd", "damage inflated_limit 1||\n");
  expect_body(gzip, "gzip", "damage inflated_limit 1||\n");
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  assert_int_equal(peer_send(peer, pack_message(&buffer, zstd, false, "zstd"), 0), SIFT_OK);
  assert_true(peer->scratch.inflated.capacity <= 2 * peer->config.limits.inflated_bytes_max + 4096);
  msgpack_sbuffer_destroy(&buffer);
  peer_free(peer);
  press_free(zstd);
  press_free(gzip);
  free(zeros);
}

static void entries_that_are_none_are_counted_and_the_chunk_acked(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x97\xC0\x05\x91\x01\x92\x01\x02\x92\x01\xC0\x93\x00\x81\xA3log\xA1x\xA5"
                    "extra" SECOND "\x81\xA5"
                    "chunk\xA1"
                    "c"),
              SIFT_OK, "chunk c||\nrecord x/y||x\nrecord x/y||two\ndamage forward_entry 5||\nack ||\n");
  expect_sent(peer,
              BYTES("\x94\xA3x/y\x01\xC0\x81\xA5"
                    "chunk\xA1"
                    "c"),
              SIFT_OK, "chunk c||\ndamage forward_entry 1||\nack ||\n");
  peer_free(peer);
}

static void the_size_is_but_a_hint_and_unknown_options_are_free(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x91" FIRST "\x86\xA4size\xCE\xFF\xFF\xFF\xFF\xA4mine\x81\x01\x92\x02\x03\x05\x06\xC0\xC0"
                    "\xA5"
                    "chunk\xA1"
                    "a\xA5"
                    "chunk\xA1"
                    "b"),
              SIFT_OK, "chunk a||\nrecord x/y||one\nack ||\n");
  expect_sent(peer, BYTES("\x93\xA3x/y\x91" FIRST "\xC0\x93\xA3x/y\x91" SECOND "\xA1o"), SIFT_OK, BOTH_TOLD);
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x91" FIRST "\x82\xA5"
                    "chunk\xC0\xAD"
                    "fluent_signal\xC0"),
              SIFT_OK, "record x/y||one\n");
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x91" FIRST "\x81\xAD"
                    "fluent_signal\xFF\x92\xA3x/y\x90"),
              SIFT_OK, "record x/y||one\n");
  peer_free(peer);
}

/* The longest id whose ack is 511 bytes; and what no ack can hold. */
static void an_id_is_echoed_up_to_what_an_ack_holds(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  char id[600];
  for (size_t i = 0; i < sizeof id; i++) {
    id[i] = (char)(unsigned char)(i * 7 + 128);
  }
  const size_t lens[] = {1, 31, 32, 255, 256, SIFT_CHUNK_ID_BYTES_MAX};
  for (size_t i = 0; i < 6; i++) {
    for (int as_bin = 0; as_bin < 2; as_bin++) {
      char message[700];
      char *at = sift_put_array(put_text(sift_put_array(message, 3), "x/y"), 0);
      at = put_text(sift_put_map(at, 1), "chunk");
      at = sift_put_bytes(as_bin ? sift_put_bin_head(at, lens[i]) : sift_put_str_head(at, lens[i]), sift_span(id, lens[i]));
      assert_int_equal(peer_send(peer, sift_span(message, (size_t)(at - message)), 0), SIFT_OK);
      char expected[SIFT_ACK_BYTES_MAX];
      char *end = sift_put_str(put_text(sift_put_map(expected, 1), "ack"), sift_span(id, lens[i]));
      assert_int_equal(peer->told.reply_len, end - expected);
      assert_memory_equal(peer->told.reply, expected, (size_t)(end - expected));
    }
  }
  assert_int_equal(peer->told.reply_len, SIFT_ACK_BYTES_MAX);
  peer_free(peer);
}

static void an_id_that_no_ack_can_hold_ends_the_connection(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  char id[SIFT_CHUNK_ID_BYTES_MAX + 1];
  char message[700];
  memset(id, 'i', sizeof id);
  char *at = sift_put_bytes(put_text(sift_put_array(message, 3), "x/y"), BYTES("\x91" FIRST));
  at = sift_put_str(put_text(sift_put_map(at, 1), "chunk"), sift_span(id, sizeof id));
  expect_sent(peer, sift_span(message, (size_t)(at - message)), SIFT_EFORMAT, "damage forward_chunk_id 1||\n");
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x91" FIRST "\x81\xA5"
                    "chunk\x05"),
              SIFT_EFORMAT, "damage forward_chunk_id 1||\n");
  assert_int_equal(peer->told.records, 0);
  peer_free(peer);
}

static void an_empty_id_is_acked_but_tells_no_chunk_from_another(void **state) {
  (void)state;
  struct peer *peer = plain_peer();
  expect_sent(peer,
              BYTES("\x93\xA3x/y\x91" FIRST "\x81\xA5"
                    "chunk\xA0"),
              SIFT_OK, "record x/y||one\nack ||\n");
  peer_free(peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gzip_members_and_zstd_frames_follow_each_other),
      cmocka_unit_test(magic_is_trusted_over_the_label),
      cmocka_unit_test(an_entry_may_stand_across_two_members),
      cmocka_unit_test(a_damaged_body_is_counted_and_acked),
      cmocka_unit_test(a_bomb_stops_at_the_limit),
      cmocka_unit_test(entries_that_are_none_are_counted_and_the_chunk_acked),
      cmocka_unit_test(the_size_is_but_a_hint_and_unknown_options_are_free),
      cmocka_unit_test(an_id_is_echoed_up_to_what_an_ack_holds),
      cmocka_unit_test(an_id_that_no_ack_can_hold_ends_the_connection),
      cmocka_unit_test(an_empty_id_is_acked_but_tells_no_chunk_from_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
