#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/unpress.h"
#include "press.h"

enum { WINDOW_LOG = 23, TEXT_BYTES = 300 * 1000 };

static const enum sift_unpress_format formats[] = {SIFT_UNPRESS_ZSTD, SIFT_UNPRESS_GZIP, SIFT_UNPRESS_ZLIB};

static struct sift_span press(enum sift_unpress_format format, struct sift_span text) {
  return format == SIFT_UNPRESS_ZSTD ? press_zstd(text) : format == SIFT_UNPRESS_GZIP ? press_gzip(text) : press_zlib(text);
}

static struct sift_span sample_text(void) {
  static char text[TEXT_BYTES];
  uint32_t seed = 1;
  for (size_t i = 0; i < sizeof text; i++) {
    seed = seed * 1664525 + 1013904223;
    text[i] = i % 61 == 60 ? '\n' : (char)('a' + (seed >> 24) % 13);
  }
  return sift_span(text, sizeof text);
}

struct outcome {
  char *text;
  size_t len;
  enum sift_status status;
  enum sift_reason reason;
  bool whole;
};

/* Feeds `step` bytes at a time into rooms of `room` bytes; each piece stands alone in its memory. */
static struct outcome run(struct sift_unpress *unpress, enum sift_unpress_format format, struct sift_span pressed, size_t step,
                          size_t room) {
  struct outcome outcome = {.text = malloc(TEXT_BYTES * 4), .reason = SIFT_REASONS};
  char *piece = malloc(step + SIFT_PADDING);
  assert_int_equal(sift_unpress_begin(unpress, format, WINDOW_LOG), SIFT_OK);
  for (size_t at = 0; at < pressed.len && outcome.status == SIFT_OK; at += step) {
    size_t len = pressed.len - at < step ? pressed.len - at : step;
    memcpy(piece, pressed.data + at, len);
    memset(piece + len, 0xa5, SIFT_PADDING);
    struct sift_span in = sift_span(piece, len);
    size_t got = 0;
    do {
      assert_true(outcome.len + room <= TEXT_BYTES * 4);
      outcome.status = sift_unpress_feed(unpress, &in, outcome.text + outcome.len, room, &got, &outcome.reason);
      outcome.len += got;
    } while (outcome.status == SIFT_OK && got == room);
    assert_true(outcome.status != SIFT_OK || in.len == 0);
  }
  outcome.whole = sift_unpress_whole(unpress);
  free(piece);
  return outcome;
}

static void expect(struct sift_unpress *unpress, enum sift_unpress_format format, struct sift_span pressed, size_t step,
                   size_t room, struct sift_span text) {
  struct outcome outcome = run(unpress, format, pressed, step, room);
  assert_int_equal(outcome.status, SIFT_OK);
  assert_true(outcome.whole);
  assert_int_equal(outcome.len, text.len);
  assert_memory_equal(outcome.text, text.data, text.len);
  free(outcome.text);
}

static void any_split_and_any_room_give_the_same_text(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press(formats[i], sample_text());
    expect(unpress, formats[i], pressed, 1, 1000, sample_text());
    expect(unpress, formats[i], pressed, 7, 1, sample_text());
    expect(unpress, formats[i], pressed, 4096, 4096, sample_text());
    expect(unpress, formats[i], pressed, pressed.len, TEXT_BYTES, sample_text());
    press_free(pressed);
  }
  sift_unpress_free(unpress);
}

static void all_that_can_be_decoded_is_given_before_more_input_comes(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press(formats[i], sample_text());
    struct sift_span begun = sift_span(pressed.data, pressed.len - 4); /* zstd: to the end of the last block */
    struct outcome large = run(unpress, formats[i], begun, begun.len, 3 * TEXT_BYTES);
    struct outcome small = run(unpress, formats[i], begun, begun.len, 100);
    assert_true(large.len > TEXT_BYTES / 2);
    assert_int_equal(small.len, large.len);
    free(large.text);
    free(small.text);
    press_free(pressed);
  }
  sift_unpress_free(unpress);
}

static void several_frames_or_members_are_one_stream(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press_join(press(formats[i], sift_span_of("one\n")), press(formats[i], sift_span_of("")));
    pressed = press_join(pressed, press(formats[i], sift_span_of("two\n")));
    for (size_t step = 1; step <= pressed.len; step++) {
      expect(unpress, formats[i], pressed, step, 3, sift_span_of("one\ntwo\n"));
      expect(unpress, formats[i], pressed, step, 100, sift_span_of("one\ntwo\n"));
    }
    press_free(pressed);
  }
  sift_unpress_free(unpress);
}

static void a_stop_within_a_frame_is_not_whole(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press(formats[i], sift_span_of("a line that is long enough\n"));
    for (size_t len = 0; len < pressed.len; len++) {
      struct outcome outcome = run(unpress, formats[i], sift_span(pressed.data, len), 5, 64);
      assert_int_equal(outcome.status, SIFT_OK);
      assert_false(outcome.whole);
      free(outcome.text);
      struct sift_bytes out = {0};
      size_t got = 0;
      enum sift_reason reason = SIFT_REASONS;
      struct sift_span cut = press_copy(pressed.data, len);
      assert_int_equal(sift_unpress_body(unpress, cut, WINDOW_LOG, 1000, &out, &got, &reason), SIFT_ECORRUPT);
      assert_int_equal(reason, SIFT_REASON_TRUNCATED);
      press_free(cut);
      sift_bytes_release(&out);
    }
    press_free(pressed);
  }
  sift_unpress_free(unpress);
}

static void what_follows_a_whole_frame_is_told_and_zeros_behind_gzip_are_fine(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press_join(press(formats[i], sift_span_of("one\n")), press_copy("junk", 4));
    struct outcome outcome = run(unpress, formats[i], pressed, 100, 100);
    assert_int_equal(outcome.status, SIFT_ECORRUPT);
    assert_int_equal(outcome.reason, SIFT_REASON_TRAILING_BYTES);
    assert_int_equal(outcome.len, 4);
    free(outcome.text);
    press_free(pressed);
  }
  struct sift_span padded = press_join(press_gzip(sift_span_of("one\n")), press_copy("\0\0\0\0\0", 5));
  expect(unpress, SIFT_UNPRESS_GZIP, padded, 2, 100, sift_span_of("one\n"));
  padded = press_join(padded, press_gzip(sift_span_of("two\n")));
  struct outcome outcome = run(unpress, SIFT_UNPRESS_GZIP, padded, 2, 100);
  assert_int_equal(outcome.status, SIFT_ECORRUPT);
  assert_int_equal(outcome.reason, SIFT_REASON_TRAILING_BYTES);
  free(outcome.text);
  press_free(padded);
  sift_unpress_free(unpress);
}

static void damage_is_told_and_what_stood_before_it_is_given(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span first = press(formats[i], sift_span_of("one\n"));
    struct sift_span second = press(formats[i], sample_text());
    size_t sum = formats[i] == SIFT_UNPRESS_GZIP ? second.len - 5 : second.len - 1; /* a byte of the checksum */
    ((char *)(uintptr_t)second.data)[sum] ^= 1;
    struct sift_span pressed = press_join(first, second);
    struct outcome outcome = run(unpress, formats[i], pressed, 1000, 1000);
    assert_int_equal(outcome.status, SIFT_ECORRUPT);
    assert_int_equal(outcome.reason, SIFT_REASON_CORRUPT);
    assert_true(outcome.len >= 4); /* how much of the damaged frame is given is the decoder's affair */
    assert_memory_equal(outcome.text, "one\n", 4);
    free(outcome.text);
    press_free(pressed);
    /* The same object is as good as new. */
    pressed = press(formats[i], sift_span_of("two\n"));
    expect(unpress, formats[i], pressed, 3, 100, sift_span_of("two\n"));
    press_free(pressed);
  }
  sift_unpress_free(unpress);
}

static void a_body_that_becomes_too_long_is_refused_in_bounded_memory(void **state) {
  (void)state;
  enum { BOMB = 64 * 1024 * 1024, MAX = 100 * 1000 };
  char *zeros = calloc(1, BOMB);
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  for (size_t i = 0; i < 3; i++) {
    struct sift_span pressed = press(formats[i], sift_span(zeros, BOMB));
    struct sift_bytes out = {0};
    size_t len = 0;
    enum sift_reason reason = SIFT_REASONS;
    assert_int_equal(sift_unpress_body(unpress, pressed, WINDOW_LOG, MAX, &out, &len, &reason), SIFT_ELIMIT);
    assert_int_equal(reason, SIFT_REASON_INFLATED_LIMIT);
    assert_true(out.capacity <= 3 * MAX);
    press_free(pressed);
    pressed = press(formats[i], sift_span(zeros, MAX));
    assert_int_equal(sift_unpress_body(unpress, pressed, WINDOW_LOG, MAX, &out, &len, &reason), SIFT_OK);
    assert_int_equal(len, MAX);
    press_free(pressed);
    sift_bytes_release(&out);
  }
  sift_unpress_free(unpress);
  free(zeros);
}

static void a_window_over_the_limit_is_refused(void **state) {
  (void)state;
  char *text = calloc(1, 4 * 1024 * 1024);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 21);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  char out[4096] = {0};
  size_t len = ZSTD_compress2(context, out, sizeof out - SIFT_PADDING, text, 4 * 1024 * 1024);
  assert_false(ZSTD_isError(len));
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  struct sift_bytes bytes = {0};
  enum sift_reason reason = SIFT_REASONS;
  size_t got = 0;
  struct sift_span body = sift_span(out, len);
  assert_int_equal(sift_unpress_body(unpress, body, 20, 8 * 1024 * 1024, &bytes, &got, &reason), SIFT_ECORRUPT);
  assert_int_equal(reason, SIFT_REASON_WINDOW_LIMIT);
  assert_int_equal(sift_unpress_body(unpress, body, 21, 8 * 1024 * 1024, &bytes, &got, &reason), SIFT_OK);
  sift_bytes_release(&bytes);
  sift_unpress_free(unpress);
  ZSTD_freeCCtx(context);
  free(text);
}

static void magic_is_told_by_as_few_bytes_as_can_be(void **state) {
  (void)state;
  static const struct {
    const char *begin;
    size_t len;
    bool zlib;
    enum sift_unpress_format format;
    bool undecided;
  } cases[] = {
      {"", 0, false, SIFT_UNPRESS_NONE, true},
      {"\x28", 1, false, SIFT_UNPRESS_NONE, true},
      {"\x28\xb5\x2f", 3, true, SIFT_UNPRESS_NONE, true},
      {"\x28\xb5\x2f\xfd", 4, false, SIFT_UNPRESS_ZSTD, false},
      {"(ab", 3, false, SIFT_UNPRESS_NONE, false},
      {"\x5a\x2a\x4d\x18", 4, false, SIFT_UNPRESS_ZSTD, false},
      {"P", 1, false, SIFT_UNPRESS_NONE, true},
      {"Py", 2, false, SIFT_UNPRESS_NONE, false},
      {"\x1f\x8b", 2, false, SIFT_UNPRESS_NONE, true},
      {"\x1f\x8b\x08", 3, false, SIFT_UNPRESS_GZIP, false},
      {"\x1f\x8b\x07", 3, false, SIFT_UNPRESS_NONE, false},
      {"\x78\x9c", 2, true, SIFT_UNPRESS_ZLIB, false},
      {"\x78\x9c", 2, false, SIFT_UNPRESS_NONE, false},
      {"\x78", 1, true, SIFT_UNPRESS_NONE, true},
      {"xy", 2, true, SIFT_UNPRESS_NONE, false},
      {"{\"a", 3, true, SIFT_UNPRESS_NONE, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool undecided = false;
    assert_int_equal(sift_unpress_detect(sift_span(cases[i].begin, cases[i].len), cases[i].zlib, &undecided), cases[i].format);
    assert_int_equal(undecided, cases[i].undecided);
  }
}

static void a_body_without_magic_is_corrupt(void **state) {
  (void)state;
  struct sift_unpress *unpress = NULL;
  assert_int_equal(sift_unpress_new(&unpress), SIFT_OK);
  struct sift_bytes out = {0};
  enum sift_reason reason = SIFT_REASONS;
  size_t len = 0;
  struct sift_span body = press_copy("plain text", 10);
  assert_int_equal(sift_unpress_body(unpress, body, WINDOW_LOG, 100, &out, &len, &reason), SIFT_ECORRUPT);
  assert_int_equal(reason, SIFT_REASON_CORRUPT);
  press_free(body);
  sift_bytes_release(&out);
  sift_unpress_free(unpress);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_split_and_any_room_give_the_same_text),
      cmocka_unit_test(all_that_can_be_decoded_is_given_before_more_input_comes),
      cmocka_unit_test(several_frames_or_members_are_one_stream),
      cmocka_unit_test(a_stop_within_a_frame_is_not_whole),
      cmocka_unit_test(what_follows_a_whole_frame_is_told_and_zeros_behind_gzip_are_fine),
      cmocka_unit_test(damage_is_told_and_what_stood_before_it_is_given),
      cmocka_unit_test(a_body_that_becomes_too_long_is_refused_in_bounded_memory),
      cmocka_unit_test(a_window_over_the_limit_is_refused),
      cmocka_unit_test(magic_is_told_by_as_few_bytes_as_can_be),
      cmocka_unit_test(a_body_without_magic_is_corrupt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
