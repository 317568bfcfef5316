#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "tools/fleetgen/encode.h"

/* 2025-03-06 18:46:14.854123 UTC */
#define TIME_NS INT64_C(1741286774854123000)

static struct sift_gen_record record_of(const char *text) {
  return (struct sift_gen_record){
      .index = 5, .space = sift_span_of("ann/cat-demo"), .channel = SIFT_GEN_RUN, .time_ns = TIME_NS, .text = sift_span_of(text)};
}

/* Two records as one parcel, and what ends the stream. */
static void encode(const struct sift_gen_send_options *send, struct sift_gen_parcel *parcel) {
  struct sift_gen_encoder *encoder;
  *parcel = (struct sift_gen_parcel){0};
  assert_int_equal(sift_gen_encoder_new(&encoder, send, 1, 2), SIFT_OK);
  struct sift_gen_record first = record_of("one");
  struct sift_gen_record second = record_of("two \"x\"");
  assert_int_equal(sift_gen_encoder_add(encoder, parcel, &first), SIFT_OK);
  assert_int_equal(sift_gen_encoder_add(encoder, parcel, &second), SIFT_OK);
  assert_int_equal(sift_gen_encoder_close(encoder, parcel), SIFT_OK);
  assert_int_equal(sift_gen_encoder_end(encoder, parcel), SIFT_OK);
  assert_int_equal(parcel->records, 2);
  assert_int_equal(parcel->text_bytes, 4 + 8);
  sift_gen_encoder_free(encoder);
}

static void check(const struct sift_gen_send_options *send, const char *want) {
  struct sift_gen_parcel parcel;
  encode(send, &parcel);
  assert_int_equal(parcel.bytes.len, strlen(want));
  assert_memory_equal(parcel.bytes.bytes, want, strlen(want));
  sift_gen_text_release(&parcel.bytes);
}

static struct sift_gen_send_options options_of(enum sift_gen_protocol protocol) {
  struct sift_gen_send_options send;
  sift_gen_send_options_init(&send);
  send.target.protocol = protocol;
  return send;
}

static void syslog_is_counted_or_ends_in_newlines(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_SYSLOG);
#define HEAD "<134>1 2025-03-06T18:46:14.854123Z ip-10-16-5-7 spaces run - [space@32473 id=\"ann/cat-demo\" channel=\"run\"] "
  char want[512];
  snprintf(want, sizeof(want), "%zu " HEAD "one%zu " HEAD "two \"x\"", sizeof(HEAD) - 1 + 3, sizeof(HEAD) - 1 + 7);
  check(&send, want);
  send.framing = SIFT_GEN_LF;
  check(&send, HEAD "one\n" HEAD "two \"x\"\n");
#undef HEAD
}

static void old_syslog_names_the_space_in_its_tag(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_SYSLOG);
  send.rfc = SIFT_GEN_RFC3164;
  send.framing = SIFT_GEN_LF;
#define HEAD "<134>Mar  6 18:46:14 ip-10-16-5-7 ann/cat-demo[run]: "
  check(&send, HEAD "one\n" HEAD "two \"x\"\n");
#undef HEAD
}

static void raw_lines_are_the_text(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_LINES);
  send.raw = true;
  check(&send, "one\ntwo \"x\"\n");
}

static void a_compressed_stream_can_be_read_up_to_each_parcel(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_LINES);
  send.raw = true;
  send.compression = SIFT_GEN_ZSTD;
  struct sift_gen_encoder *encoder;
  struct sift_gen_parcel parcel = {0};
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  assert_int_equal(sift_gen_encoder_new(&encoder, &send, 1, 2), SIFT_OK);
  const char *const texts[] = {"first", "second"};
  char back[64];
  for (size_t i = 0; i < 2; i++) {
    sift_gen_parcel_clear(&parcel);
    struct sift_gen_record record = record_of(texts[i]);
    assert_int_equal(sift_gen_encoder_add(encoder, &parcel, &record), SIFT_OK);
    assert_int_equal(sift_gen_encoder_close(encoder, &parcel), SIFT_OK);
    ZSTD_inBuffer in = {parcel.bytes.bytes, parcel.bytes.len, 0};
    ZSTD_outBuffer out = {back, sizeof(back), 0};
    assert_true(ZSTD_decompressStream(zstd, &out, &in) > 0); /* the frame goes on */
    assert_int_equal(out.pos, strlen(texts[i]) + 1);
    assert_memory_equal(back, texts[i], strlen(texts[i]));
  }
  sift_gen_parcel_clear(&parcel);
  assert_int_equal(sift_gen_encoder_end(encoder, &parcel), SIFT_OK);
  ZSTD_inBuffer in = {parcel.bytes.bytes, parcel.bytes.len, 0};
  ZSTD_outBuffer out = {back, sizeof(back), 0};
  assert_int_equal(ZSTD_decompressStream(zstd, &out, &in), 0);
  ZSTD_freeDCtx(zstd);
  sift_gen_text_release(&parcel.bytes);
  sift_gen_encoder_free(encoder);
}

static void low_rates_make_small_parcels(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_LINES);
  assert_int_equal(sift_gen_parcel_records(&send), UINT32_MAX);
  send.rate = 1000;
  assert_int_equal(sift_gen_parcel_records(&send), 10);
  send.connections = 1000;
  assert_int_equal(sift_gen_parcel_records(&send), 1);
  send = options_of(SIFT_GEN_FORWARD);
  assert_int_equal(sift_gen_parcel_records(&send), 1000);
  send.rate = 100;
  assert_int_equal(sift_gen_parcel_records(&send), 100);
  send.rate = 1e6;
  assert_int_equal(sift_gen_parcel_records(&send), 1000);
  send.mode = SIFT_GEN_MESSAGE;
  send.ack = true;
  assert_int_equal(sift_gen_parcel_records(&send), 1);
}

static void a_parcel_is_full_by_records_or_by_bytes(void **state) {
  (void)state;
  struct sift_gen_send_options send = options_of(SIFT_GEN_FORWARD);
  send.chunk = 3;
  struct sift_gen_encoder *encoder;
  struct sift_gen_parcel parcel = {0};
  assert_int_equal(sift_gen_encoder_new(&encoder, &send, 1, 2), SIFT_OK);
  struct sift_gen_record record = record_of("x");
  for (int i = 0; i < 3; i++) {
    assert_false(sift_gen_encoder_full(encoder, &parcel));
    assert_int_equal(sift_gen_encoder_add(encoder, &parcel, &record), SIFT_OK);
  }
  assert_true(sift_gen_encoder_full(encoder, &parcel));
  sift_gen_encoder_free(encoder);
  sift_gen_text_release(&parcel.bytes);

  send.chunk = SIFT_GEN_CHUNK_MAX;
  parcel = (struct sift_gen_parcel){0};
  assert_int_equal(sift_gen_encoder_new(&encoder, &send, 1, 2), SIFT_OK);
  char *text = calloc(1, SIFT_GEN_PARCEL_BYTES / 2);
  assert_non_null(text);
  record.text = sift_span(text, SIFT_GEN_PARCEL_BYTES / 2);
  assert_int_equal(sift_gen_encoder_add(encoder, &parcel, &record), SIFT_OK);
  assert_false(sift_gen_encoder_full(encoder, &parcel));
  assert_int_equal(sift_gen_encoder_add(encoder, &parcel, &record), SIFT_OK);
  assert_true(sift_gen_encoder_full(encoder, &parcel));
  free(text);
  sift_gen_encoder_free(encoder);
  sift_gen_text_release(&parcel.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(syslog_is_counted_or_ends_in_newlines),
      cmocka_unit_test(old_syslog_names_the_space_in_its_tag),
      cmocka_unit_test(raw_lines_are_the_text),
      cmocka_unit_test(a_compressed_stream_can_be_read_up_to_each_parcel),
      cmocka_unit_test(low_rates_make_small_parcels),
      cmocka_unit_test(a_parcel_is_full_by_records_or_by_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
