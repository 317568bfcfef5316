#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrapping_support.h"

static void text_passes_as_one_stream(void **state) {
  (void)state;
  struct unwrapped *out = unwrap_as(SIFT_FORMAT_RAW, "one\ntwo");
  assert_string_equal(out->text, "one\ntwo");
  assert_int_equal(out->lines, 2);
  assert_int_equal(out->count, 0);
  assert_int_equal(out->reasons[SIFT_REASON_NO_SPACE], 0);
  unwrapped_free(out);
}

static void escapes_and_returns_are_cleaned_and_listed(void **state) {
  (void)state;
  char text[] = "\x1b[31mred\x1b[0m\r10%\r20%\n";
  struct sift_wrapping *wrapping = NULL;
  struct unwrapped *out = calloc(1, sizeof *out);
  assert_int_equal(sift_streams_init(&out->streams, &out->ruleset), SIFT_OK);
  assert_int_equal(sift_wrapping_new(&wrapping), SIFT_OK);
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_RAW, .space = sift_span_of("o/n")};
  struct sift_wrapping_report report = {keep_damage, out};
  struct sift_chunk chunk = {
      .text = text, .len = sizeof text - 1, .offset = 500, .line = 7, .survey = sift_survey(text, sizeof text - 1)};
  struct sift_batch batch;
  assert_int_equal(sift_wrapping_begin(wrapping, &config, &out->streams, report), SIFT_OK);
  assert_int_equal(sift_wrapping_unwrap(wrapping, &chunk, &batch), SIFT_OK);
  assert_int_equal(batch.len, 12);
  assert_memory_equal(batch.text, "red\n10%\n20%\n", 12);
  assert_int_equal(batch.bytes, sizeof text - 1);
  assert_int_equal(batch.lines, 1);
  assert_int_equal(batch.line, 7);
  assert_null(batch.records);
  assert_int_equal(sift_batch_input_offset(&batch, 0), 505);
  assert_int_equal(sift_batch_returns_before(&batch, 8), 2);
  /* The next chunk has nothing to clean: no list is left over. */
  char plain[] = "plain\n";
  struct sift_chunk next = {.text = plain, .len = 6, .survey = sift_survey(plain, 6)};
  assert_int_equal(sift_wrapping_unwrap(wrapping, &next, &batch), SIFT_OK);
  assert_int_equal(batch.edit_count + batch.return_count, 0);
  sift_wrapping_free(wrapping);
  unwrapped_free(out);
}

static void a_cut_line_is_told_once_where_it_begins_and_counted_once(void **state) {
  (void)state;
  static char text[5000];
  memset(text, 'x', sizeof text - 1);
  memcpy(text, "short\n", 6);
  text[4000] = '\n';
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_RAW, .space = sift_span_of("o/n")};
  struct unwrapped *out = unwrap_sized(text, strlen(text), &config, 500, 1000);
  assert_string_equal(out->text, text);
  assert_int_equal(out->reasons[SIFT_REASON_LINE_CUT], 1);
  assert_int_equal(out->last_offset, 6);
  assert_int_equal(out->lines, 3);
  unwrapped_free(out);
}

static void a_shard_without_a_space_says_so_once(void **state) {
  (void)state;
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_RAW};
  struct unwrapped *out = unwrap_sized("one\ntwo\n", 8, &config, 100, 100);
  assert_int_equal(out->reasons[SIFT_REASON_NO_SPACE], 1);
  unwrapped_free(out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_passes_as_one_stream),
      cmocka_unit_test(escapes_and_returns_are_cleaned_and_listed),
      cmocka_unit_test(a_cut_line_is_told_once_where_it_begins_and_counted_once),
      cmocka_unit_test(a_shard_without_a_space_says_so_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
