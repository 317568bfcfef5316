#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source_support.h"

static void text_without_magic_passes_as_it_is(void **state) {
  (void)state;
  const char text[] = "one\ntwo\n";
  expect_drain(text, sizeof text - 1, text, sizeof text - 1, SIFT_END, SIFT_REASONS);
  struct drained out = drain(text, sizeof text - 1, 0, 100);
  assert_string_equal(out.kind, "plain");
  drained_free(&out);
}

static void a_few_bytes_are_text(void **state) {
  (void)state;
  expect_drain("a", 1, "a", 1, SIFT_END, SIFT_REASONS);
  expect_drain("\x1f", 1, "\x1f", 1, SIFT_END, SIFT_REASONS);
  expect_drain("\x28\xb5\x2f", 3, "\x28\xb5\x2f", 3, SIFT_END, SIFT_REASONS);
}

static void nothing_at_all_is_empty(void **state) {
  (void)state;
  struct drained out = drain("", 0, 0, 100);
  assert_int_equal(out.status, SIFT_END);
  assert_int_equal(out.reason, SIFT_REASON_EMPTY);
}

static void magic_decides_never_a_name(void **state) {
  (void)state;
  struct drained zstd = drain("\x28\xb5\x2f\xfd....", 8, 1, 100);
  struct drained skippable = drain("\x5a\x2a\x4d\x18\0\0\0\0", 8, 1, 100);
  struct drained gzip = drain("\x1f\x8b......", 8, 1, 100);
  assert_string_equal(zstd.kind, "zstd");
  assert_string_equal(skippable.kind, "zstd");
  assert_string_equal(gzip.kind, "gzip");
  drained_free(&zstd);
  drained_free(&skippable);
  drained_free(&gzip);
}

/* Hands out a few bytes, then fails. */
struct failing {
  struct sift_source base;
  size_t left;
};

static enum sift_status failing_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  struct failing *failing = (struct failing *)source;
  if (failing->left == 0) {
    source->reason = SIFT_REASON_UNREADABLE;
    return SIFT_EIO;
  }
  *got = failing->left < size ? failing->left : size;
  failing->left -= *got;
  source->consumed += *got;
  memset(buffer, 'a', *got);
  return SIFT_OK;
}

static void failing_free(struct sift_source *source) {
  free(source);
}

static struct sift_source *failing_new(size_t bytes) {
  static const struct sift_source_ops ops = {"failing", failing_read, failing_free};
  struct failing *failing = calloc(1, sizeof *failing);
  failing->base.ops = &ops;
  failing->left = bytes;
  return &failing->base;
}

static void a_read_error_comes_behind_what_was_read(void **state) {
  (void)state;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_detect(&source, failing_new(1000), NULL, &reason), SIFT_OK);
  struct drained out = drain_source(source, 64);
  assert_int_equal(out.len, 1000);
  assert_int_equal(out.status, SIFT_EIO);
  assert_int_equal(out.reason, SIFT_REASON_UNREADABLE);
  drained_free(&out);
  sift_source_free(source);
}

static void a_read_error_at_once_is_told_by_detect(void **state) {
  (void)state;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_detect(&source, failing_new(0), NULL, &reason), SIFT_EIO);
  assert_int_equal(reason, SIFT_REASON_UNREADABLE);
  assert_null(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_without_magic_passes_as_it_is),
      cmocka_unit_test(a_few_bytes_are_text),
      cmocka_unit_test(nothing_at_all_is_empty),
      cmocka_unit_test(magic_decides_never_a_name),
      cmocka_unit_test(a_read_error_comes_behind_what_was_read),
      cmocka_unit_test(a_read_error_at_once_is_told_by_detect),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
