#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <zstd.h>

#include "engine/unzstd.h"

enum { CONTENT = 500000 };

static char content[CONTENT];

/* Compresses half-random content with a window of 1 << `window_log` bytes. */
static struct sift_state_buffer frame_of(int window_log) {
  uint32_t seed = 1;
  for (size_t i = 0; i < CONTENT; i++) {
    seed = seed * 1664525 + 1013904223;
    content[i] = (char)(seed >> 28);
  }
  struct sift_state_buffer frame = {.capacity = ZSTD_compressBound(CONTENT)};
  frame.bytes = malloc(frame.capacity);
  ZSTD_CCtx *zstd = ZSTD_createCCtx();
  assert_true(frame.bytes != NULL && zstd != NULL);
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
  ZSTD_inBuffer in = {content, CONTENT, 0};
  ZSTD_outBuffer out = {frame.bytes, frame.capacity, 0};
  assert_false(ZSTD_isError(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_continue))); /* the size is not known yet */
  assert_int_equal(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_end), 0);
  frame.size = out.pos;
  ZSTD_freeCCtx(zstd);
  return frame;
}

/* Reads all, `step` bytes at a time; returns what stopped it. */
static enum sift_status read_all(const char *bytes, size_t size, size_t step, size_t *total) {
  struct sift_state_bytes input = {sift_span(bytes, size)};
  struct sift_unzstd *unzstd = NULL;
  char buffer[4096];
  assert_int_equal(sift_unzstd_new(&unzstd, sift_state_bytes_input(&input), 20), SIFT_OK);
  struct sift_state_input output = sift_unzstd_input(unzstd);
  enum sift_status status = SIFT_OK;
  *total = 0;
  for (;;) {
    size_t got = 0;
    status = output.read(output.context, buffer, step, &got);
    if (status != SIFT_OK || got == 0) {
      break;
    }
    assert_memory_equal(buffer, content + *total, got);
    *total += got;
  }
  sift_unzstd_free(unzstd);
  return status;
}

static void a_frame_gives_its_content_and_ends(void **state) {
  (void)state;
  struct sift_state_buffer frame = frame_of(20);
  for (size_t step = 1; step <= 4096; step = step * 3 + 1) {
    size_t total = 0;
    assert_int_equal(read_all(frame.bytes, frame.size, step, &total), SIFT_END);
    assert_int_equal(total, CONTENT);
  }
  sift_state_buffer_release(&frame);
}

static void a_frame_cut_short_is_truncated(void **state) {
  (void)state;
  struct sift_state_buffer frame = frame_of(20);
  size_t total = 0;
  assert_int_equal(read_all(frame.bytes, 0, 4096, &total), SIFT_EFORMAT);
  for (size_t size = 1; size < frame.size; size += size < 30 ? 1 : 9973) {
    assert_int_equal(read_all(frame.bytes, size, 4096, &total), SIFT_ETRUNCATED);
  }
  assert_int_equal(read_all(frame.bytes, frame.size - 1, 4096, &total), SIFT_ETRUNCATED);
  sift_state_buffer_release(&frame);
}

static void damage_is_told_from_another_format(void **state) {
  (void)state;
  struct sift_state_buffer frame = frame_of(20);
  size_t total = 0;
  frame.bytes[frame.size - 1] ^= 1; /* the checksum */
  assert_int_equal(read_all(frame.bytes, frame.size, 4096, &total), SIFT_ECORRUPT);
  frame.bytes[0] ^= 1;
  assert_int_equal(read_all(frame.bytes, frame.size, 4096, &total), SIFT_EFORMAT);
  sift_state_buffer_release(&frame);
}

static void what_follows_the_frame_is_damage(void **state) {
  (void)state;
  struct sift_state_buffer frame = frame_of(20);
  size_t total = 0;
  struct sift_state_output output = sift_state_buffer_output(&frame);
  assert_int_equal(output.write(output.context, "\x00", 1), SIFT_OK);
  assert_int_equal(read_all(frame.bytes, frame.size, 4096, &total), SIFT_ECORRUPT);
  assert_int_equal(total, CONTENT);
  sift_state_buffer_release(&frame);
}

static void a_window_over_the_limit_is_refused(void **state) {
  (void)state;
  struct sift_state_buffer frame = frame_of(21);
  size_t total = 0;
  assert_int_equal(read_all(frame.bytes, frame.size, 4096, &total), SIFT_ECORRUPT);
  assert_int_equal(total, 0);
  sift_state_buffer_release(&frame);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_frame_gives_its_content_and_ends), cmocka_unit_test(a_frame_cut_short_is_truncated),
      cmocka_unit_test(damage_is_told_from_another_format), cmocka_unit_test(what_follows_the_frame_is_damage),
      cmocka_unit_test(a_window_over_the_limit_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
