#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <zstd.h>

#include "source_support.h"

enum { TEXT_BYTES = 300000, ROOM_BYTES = 1 << 20 };

static char text[TEXT_BYTES];
static char file[ROOM_BYTES];

static int make_text(void **state) {
  (void)state;
  unsigned seed = 5;
  for (size_t i = 0; i < sizeof text; i++) {
    text[i] = i % 61 == 0 ? '\n' : (char)('a' + rand_r(&seed) % 20);
  }
  return 0;
}

/* Appends a frame with a checksum. */
static size_t frame(size_t at, const char *bytes, size_t len, int window_log) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log > 0) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  ZSTD_inBuffer in = {bytes, len, 0};
  ZSTD_outBuffer out = {file, sizeof file, at};
  while (window_log > 0 && in.pos < in.size) { /* the size must not be known at the begin, or the window would shrink to it */
    assert_false(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
  }
  while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {}
  ZSTD_freeCCtx(context);
  return out.pos;
}

static size_t skippable(size_t at, uint32_t len) {
  const unsigned char head[8] = {0x53, 0x2a, 0x4d, 0x18, (unsigned char)len, 0, 0, 0};
  memcpy(file + at, head, sizeof head);
  memset(file + at + sizeof head, 'S', len);
  return at + sizeof head + len;
}

static void frames_skippable_and_empty_ones_follow_each_other(void **state) {
  (void)state;
  size_t len = skippable(0, 17);
  len = frame(len, text, 1000, 0);
  len = skippable(len, 0);
  len = frame(len, "", 0, 0);
  len = frame(len, text + 1000, TEXT_BYTES - 1000, 0);
  expect_drain(file, len, text, TEXT_BYTES, SIFT_END, SIFT_REASONS);
}

static void only_skippable_frames_give_nothing(void **state) {
  (void)state;
  expect_drain(file, skippable(0, 9), "", 0, SIFT_END, SIFT_REASONS);
}

static void a_cut_file_gives_what_came_before_and_is_truncated(void **state) {
  (void)state;
  size_t first = frame(0, text, 5000, 0);
  size_t len = frame(first, text + 5000, 5000, 0);
  for (size_t cut = first + 1; cut < len; cut += 1 + (len - first) / 50) {
    struct drained out = drain(file, cut, 0, 1 << 16);
    assert_int_equal(out.status, SIFT_ETRUNCATED);
    assert_int_equal(out.reason, SIFT_REASON_TRUNCATED);
    assert_true(out.len >= 5000);
    assert_memory_equal(out.bytes, text, out.len);
    drained_free(&out);
  }
  expect_drain(file, first + 2, text, 5000, SIFT_ETRUNCATED, SIFT_REASON_TRUNCATED);
}

static void a_flipped_bit_is_corrupt_and_never_passes_unseen(void **state) {
  (void)state;
  size_t first = frame(0, text, 5000, 0);
  size_t len = frame(first, text + 5000, 5000, 0);
  for (size_t at = first + 5; at < len; at += 97) {
    file[at] ^= 0x10;
    struct drained out = drain(file, len, 0, 1 << 16);
    assert_true(out.status < 0);
    assert_true(out.len >= 5000);
    assert_memory_equal(out.bytes, text, 5000);
    drained_free(&out);
    file[at] ^= 0x10;
  }
}

static void a_wrong_checksum_is_corrupt(void **state) {
  (void)state;
  size_t len = frame(0, text, 5000, 0);
  file[len - 1] ^= 1;
  struct drained out = drain(file, len, 0, 1 << 16);
  assert_int_equal(out.reason, SIFT_REASON_CORRUPT);
  drained_free(&out);
}

static void something_else_behind_a_frame_is_trailing_bytes(void **state) {
  (void)state;
  size_t len = frame(0, text, 5000, 0);
  memcpy(file + len, "garbage", 7);
  expect_drain(file, len + 7, text, 5000, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
  expect_drain(file, len + 1, text, 5000, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
}

static void a_window_over_the_limit_is_refused_and_a_higher_limit_takes_it(void **state) {
  (void)state;
  size_t len = frame(0, text, TEXT_BYTES, 28);
  expect_drain(file, len, "", 0, SIFT_ELIMIT, SIFT_REASON_WINDOW_LIMIT);
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  struct sift_source_limits limits = {.window_log_max = 28};
  assert_int_equal(sift_source_memory(&memory, file, len, 0), SIFT_OK);
  assert_int_equal(sift_source_detect(&source, memory, &limits, &reason), SIFT_OK);
  struct drained out = drain_source(source, 1 << 16);
  assert_int_equal(out.status, SIFT_END);
  assert_int_equal(out.len, TEXT_BYTES);
  drained_free(&out);
  sift_source_free(source);
}

static void a_frame_that_needs_a_dictionary_says_so(void **state) {
  (void)state;
  /* Magic; descriptor: single segment, one byte of dictionary id; id 7; content size 1; one raw block of one byte. */
  const char needs[] = "\x28\xb5\x2f\xfd\x21\x07\x01\x09\x00\x00"
                       "a";
  expect_drain(needs, sizeof needs - 1, "", 0, SIFT_ECORRUPT, SIFT_REASON_DICTIONARY);
}

static struct drained drain_with(struct sift_source_spares *spares, size_t len) {
  const struct sift_source_limits limits = {.spares = spares};
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_memory(&memory, file, len, 0), SIFT_OK);
  assert_int_equal(sift_source_detect(&source, memory, &limits, &reason), SIFT_OK);
  struct drained out = drain_source(source, 1 << 16);
  sift_source_free(source);
  return out;
}

static void what_a_damaged_file_left_serves_the_next_one(void **state) {
  (void)state;
  struct sift_source_spares spares = {0};
  size_t len = frame(0, text, TEXT_BYTES, 0);
  struct drained cut = drain_with(&spares, len / 2);
  assert_int_equal(cut.reason, SIFT_REASON_TRUNCATED);
  const void *context = spares.zstd;
  const void *input = spares.input;
  assert_non_null(context);
  assert_non_null(input);
  len = frame(0, text, TEXT_BYTES, 0);
  struct drained whole = drain_with(&spares, len);
  assert_int_equal(whole.status, SIFT_END);
  assert_int_equal(whole.len, TEXT_BYTES);
  assert_memory_equal(whole.bytes, text, TEXT_BYTES);
  assert_ptr_equal(spares.zstd, context);
  assert_ptr_equal(spares.input, input);
  drained_free(&cut);
  drained_free(&whole);
  sift_source_spares_release(&spares);
  assert_null(spares.zstd);
}

static void a_large_window_is_not_kept(void **state) {
  (void)state;
  struct sift_source_spares spares = {0};
  struct drained out = drain_with(&spares, frame(0, text, TEXT_BYTES, 25));
  assert_int_equal(out.len, TEXT_BYTES);
  assert_null(spares.zstd);
  drained_free(&out);
  sift_source_spares_release(&spares);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_skippable_and_empty_ones_follow_each_other),
      cmocka_unit_test(only_skippable_frames_give_nothing),
      cmocka_unit_test(a_cut_file_gives_what_came_before_and_is_truncated),
      cmocka_unit_test(a_flipped_bit_is_corrupt_and_never_passes_unseen),
      cmocka_unit_test(a_wrong_checksum_is_corrupt),
      cmocka_unit_test(something_else_behind_a_frame_is_trailing_bytes),
      cmocka_unit_test(a_window_over_the_limit_is_refused_and_a_higher_limit_takes_it),
      cmocka_unit_test(a_frame_that_needs_a_dictionary_says_so),
      cmocka_unit_test(what_a_damaged_file_left_serves_the_next_one),
      cmocka_unit_test(a_large_window_is_not_kept),
  };
  return cmocka_run_group_tests(tests, make_text, NULL);
}
