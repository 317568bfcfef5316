#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/emit.h"

static const int64_t moment_ns = INT64_C(1742150774854000000);

static struct sift_gen_record record_of(const char *text) {
  struct sift_gen_record record = {
      .index = 3, .space = sift_span_of("ada/demo"), .channel = SIFT_GEN_RUN, .time_ns = moment_ns, .text = sift_span_of(text)};
  return record;
}

/* One record of a fresh emitter; `seconds` is set so that the result does not hang on the seed. */
static void assert_emits(enum sift_gen_format format, struct sift_gen_record record, unsigned flavour, const char *expected) {
  struct sift_gen_emitter emitter;
  struct sift_gen_text out;
  sift_gen_emitter_init(&emitter);
  sift_gen_text_init(&out);
  sift_gen_emitter_begin(&emitter, format, 1);
  emitter.seconds = false;
  emitter.flavour = flavour;
  emitter.until_keep_alive = 100;
  emitter.until_reconnect = 0;
  sift_gen_emit(&emitter, &out, &record);
  sift_gen_text_put(&out, "", 1);
  assert_string_equal(out.bytes, expected);
  sift_gen_text_release(&out);
  sift_gen_emitter_release(&emitter);
}

static void each_format_wraps_a_record_its_own_way(void **state) {
  (void)state;
  assert_emits(SIFT_GEN_RAW, record_of("a \"b\""), 0, "a \"b\"\n");
  assert_emits(SIFT_GEN_JSONL, record_of("a \"b\""), 0, "{\"data\":\"a \\\"b\\\"\",\"timestamp\":\"2025-03-16T18:46:14.854Z\"}\n");
  assert_emits(SIFT_GEN_SSE, record_of("a"), 0, "data: {\"data\":\"a\",\"timestamp\":\"2025-03-16T18:46:14.854Z\"}\n\n");
  assert_emits(SIFT_GEN_MIXED, record_of("a"), 0,
               "{\"timestamp\":\"2025-03-16T18:46:14.854Z\",\"space\":\"ada/demo\",\"channel\":\"run\",\"data\":\"a\"}\n");
  assert_emits(SIFT_GEN_MIXED, record_of("a"), 1,
               "{\"space\":\"ada/demo\",\"channel\":\"run\",\"data\":\"a\",\"stream\":\"stdout\","
               "\"timestamp\":\"2025-03-16T18:46:14.854Z\"}\n");
}

static void the_hubs_marks_end_in_a_newline_within_json(void **state) {
  (void)state;
  assert_emits(SIFT_GEN_JSONL, record_of("===== x ====="), 0,
               "{\"data\":\"===== x =====\\n\",\"timestamp\":\"2025-03-16T18:46:14.854Z\"}\n");
}

static void every_byte_that_json_forbids_is_escaped_wherever_it_stands(void **state) {
  (void)state;
  for (size_t pad = 0; pad < 17; pad++) {
    for (int c = 1; c < 128; c++) {
      char text[40];
      memset(text, 'x', sizeof(text));
      text[pad] = (char)c;
      text[pad + 9] = '\0';
      struct sift_gen_emitter emitter;
      struct sift_gen_text out;
      sift_gen_emitter_init(&emitter);
      sift_gen_text_init(&out);
      sift_gen_emitter_begin(&emitter, SIFT_GEN_JSONL, 1);
      struct sift_gen_record record = record_of(text);
      sift_gen_emit(&emitter, &out, &record);
      size_t plain = strlen("{\"data\":\"") + pad;
      bool forbidden = c < 32 || c == '"' || c == '\\';
      assert_int_equal(out.bytes[plain], forbidden ? '\\' : c);
      sift_gen_text_release(&out);
      sift_gen_emitter_release(&emitter);
    }
  }
}

static void bytes_that_are_no_utf8_stay_in_raw_text_and_are_replaced_in_json(void **state) {
  (void)state;
  struct sift_gen_record record = record_of("caf\xff \xc3\xa9");
  record.broken = true;
  assert_emits(SIFT_GEN_RAW, record, 0, "caf\xff \xc3\xa9\n");
  assert_emits(SIFT_GEN_JSONL, record, 0, "{\"data\":\"caf\\ufffd \xc3\xa9\",\"timestamp\":\"2025-03-16T18:46:14.854Z\"}\n");
}

static void a_reconnect_replays_from_the_start_once(void **state) {
  (void)state;
  struct sift_gen_emitter emitter;
  struct sift_gen_text out;
  sift_gen_emitter_init(&emitter);
  sift_gen_text_init(&out);
  sift_gen_emitter_begin(&emitter, SIFT_GEN_SSE, 1);
  emitter.seconds = true;
  emitter.until_keep_alive = 100;
  emitter.until_reconnect = 2;
  const char *const texts[] = {"one", "two", "three"};
  for (size_t i = 0; i < 3; i++) {
    struct sift_gen_record record = record_of(texts[i]);
    sift_gen_emit(&emitter, &out, &record);
  }
  sift_gen_text_put(&out, "", 1);
  assert_string_equal(out.bytes, "data: {\"data\":\"one\",\"timestamp\":\"2025-03-16T18:46:14Z\"}\n\n"
                                 "data: {\"data\":\"two\",\"timestamp\":\"2025-03-16T18:46:14Z\"}\n\n"
                                 ": keep-alive\n\n"
                                 "data: {\"data\":\"one\",\"timestamp\":\"2025-03-16T18:46:14Z\"}\n\n"
                                 "data: {\"data\":\"two\",\"timestamp\":\"2025-03-16T18:46:14Z\"}\n\n"
                                 "data: {\"data\":\"three\",\"timestamp\":\"2025-03-16T18:46:14Z\"}\n\n");
  sift_gen_text_release(&out);
  sift_gen_emitter_release(&emitter);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_format_wraps_a_record_its_own_way),
      cmocka_unit_test(the_hubs_marks_end_in_a_newline_within_json),
      cmocka_unit_test(every_byte_that_json_forbids_is_escaped_wherever_it_stands),
      cmocka_unit_test(bytes_that_are_no_utf8_stay_in_raw_text_and_are_replaced_in_json),
      cmocka_unit_test(a_reconnect_replays_from_the_start_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
