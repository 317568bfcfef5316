#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zstd.h>

#include "tools/fleetgen/press.h"

enum { TEXT_BYTES = 300000 };

/* Text that compresses to no less than half. */
static char *text_make(void) {
  char *text = malloc(TEXT_BYTES);
  uint32_t value = 1;
  for (size_t i = 0; text != NULL && i < TEXT_BYTES; i++) {
    value = value * 1664525 + 1013904223;
    text[i] = (char)('a' + (value >> 28));
  }
  assert_non_null(text);
  return text;
}

/* What can be read of `bytes`, which may stop within a frame. */
static size_t zstd_read(struct sift_span bytes, char *out, size_t size, bool *ended) {
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
  ZSTD_outBuffer to = {out, size, 0};
  size_t left = 1;
  while (in.pos < in.size) {
    left = ZSTD_decompressStream(zstd, &to, &in);
    assert_false(ZSTD_isError(left));
  }
  *ended = left == 0;
  ZSTD_freeDCtx(zstd);
  return to.pos;
}

static size_t gzip_read(struct sift_span bytes, char *out, size_t size, bool *ended) {
  struct inflate_state gzip;
  isal_inflate_init(&gzip);
  gzip.crc_flag = ISAL_GZIP;
  gzip.next_in = (uint8_t *)(uintptr_t)bytes.data;
  gzip.avail_in = (uint32_t)bytes.len;
  gzip.next_out = (uint8_t *)out;
  gzip.avail_out = (uint32_t)size;
  assert_int_equal(isal_inflate(&gzip), ISAL_DECOMP_OK);
  *ended = gzip.block_state == ISAL_BLOCK_FINISH;
  return size - gzip.avail_out;
}

static size_t any_read(enum sift_gen_compression compression, struct sift_span bytes, char *out, size_t size, bool *ended) {
  return compression == SIFT_GEN_ZSTD ? zstd_read(bytes, out, size, ended) : gzip_read(bytes, out, size, ended);
}

static void what_was_flushed_can_be_read_before_the_end(void **state) {
  (void)state;
  char *text = text_make();
  char *back = malloc(TEXT_BYTES + 1);
  assert_non_null(back);
  for (int way = SIFT_GEN_ZSTD; way <= SIFT_GEN_GZIP; way++) {
    enum sift_gen_compression compression = (enum sift_gen_compression)way;
    struct sift_gen_press *press;
    struct sift_gen_text out;
    bool ended;
    sift_gen_text_init(&out);
    assert_int_equal(sift_gen_press_new(&press, compression), SIFT_OK);
    assert_false(sift_gen_press_open(press));
    assert_int_equal(sift_gen_press_put(press, sift_span(text, 1000), SIFT_GEN_PRESS_MORE, &out), SIFT_OK);
    assert_true(sift_gen_press_open(press));
    assert_int_equal(sift_gen_press_put(press, sift_span(text + 1000, TEXT_BYTES - 2000), SIFT_GEN_PRESS_FLUSH, &out), SIFT_OK);
    assert_int_equal(any_read(compression, sift_span(out.bytes, out.len), back, TEXT_BYTES + 1, &ended), TEXT_BYTES - 1000);
    assert_memory_equal(back, text, TEXT_BYTES - 1000);
    assert_false(ended);
    assert_int_equal(sift_gen_press_put(press, sift_span(text + TEXT_BYTES - 1000, 1000), SIFT_GEN_PRESS_END, &out), SIFT_OK);
    assert_false(sift_gen_press_open(press));
    assert_int_equal(any_read(compression, sift_span(out.bytes, out.len), back, TEXT_BYTES + 1, &ended), TEXT_BYTES);
    assert_memory_equal(back, text, TEXT_BYTES);
    assert_true(ended);
    sift_gen_press_free(press);
    sift_gen_text_release(&out);
  }
  free(text);
  free(back);
}

static void a_press_begins_anew_after_each_end(void **state) {
  (void)state;
  for (int way = SIFT_GEN_ZSTD; way <= SIFT_GEN_GZIP; way++) {
    struct sift_gen_press *press;
    struct sift_gen_text out;
    sift_gen_text_init(&out);
    assert_int_equal(sift_gen_press_new(&press, (enum sift_gen_compression)way), SIFT_OK);
    for (int i = 0; i < 3; i++) {
      char back[16];
      bool ended;
      sift_gen_text_clear(&out);
      assert_int_equal(sift_gen_press_put(press, sift_span_of("again"), SIFT_GEN_PRESS_END, &out), SIFT_OK);
      assert_int_equal(any_read((enum sift_gen_compression)way, sift_span(out.bytes, out.len), back, sizeof(back), &ended), 5);
      assert_memory_equal(back, "again", 5);
      assert_true(ended);
    }
    sift_gen_press_free(press);
    sift_gen_text_release(&out);
  }
}

static void none_leaves_the_bytes_as_they_are(void **state) {
  (void)state;
  struct sift_gen_press *press;
  struct sift_gen_text out;
  sift_gen_text_init(&out);
  assert_int_equal(sift_gen_press_new(&press, SIFT_GEN_NONE), SIFT_OK);
  assert_int_equal(sift_gen_press_put(press, sift_span_of("ab"), SIFT_GEN_PRESS_MORE, &out), SIFT_OK);
  assert_int_equal(sift_gen_press_put(press, sift_span_of("c"), SIFT_GEN_PRESS_END, &out), SIFT_OK);
  assert_int_equal(out.len, 3);
  assert_memory_equal(out.bytes, "abc", 3);
  sift_gen_press_free(press);
  sift_gen_text_release(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_flushed_can_be_read_before_the_end),
      cmocka_unit_test(a_press_begins_anew_after_each_end),
      cmocka_unit_test(none_leaves_the_bytes_as_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
