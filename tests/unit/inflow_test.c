#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/inflow.h"
#include "press.h"

enum { WINDOW_LOG = 23, TEXT_BYTES = 600 * 1000 };

/* Eats whole units of `unit` bytes, and at the end the rest. */
struct eater {
  size_t unit;
  char *text;
  size_t len, last_len;
  enum sift_status refuse;
};

static enum sift_status eat(void *context, char *text, size_t len, bool last, size_t *used) {
  struct eater *eater = context;
  *used = last ? len : len - len % eater->unit;
  assert_true(eater->len + *used <= TEXT_BYTES);
  memcpy(eater->text + eater->len, text, *used);
  memset(text, 'x', *used);
  eater->len += *used;
  eater->last_len += last ? len : 0;
  return eater->refuse;
}

static enum sift_status run(struct eater *eater, struct sift_span pressed, size_t step, enum sift_reason *reason) {
  struct sift_inflow inflow = {0};
  struct sift_protocol_scratch scratch;
  struct sift_inflow_eater face = {eater, eat};
  sift_protocol_scratch_init(&scratch);
  assert_int_equal(sift_inflow_begin(&inflow, SIFT_UNPRESS_ZSTD, WINDOW_LOG), SIFT_OK);
  enum sift_status status = SIFT_OK;
  for (size_t at = 0; at < pressed.len && status == SIFT_OK; at += step) {
    size_t len = pressed.len - at < step ? pressed.len - at : step;
    status = sift_inflow_feed(&inflow, &scratch, pressed.data + at, len, &face, reason);
    assert_true(inflow.carry_len < eater->unit);
    assert_true(inflow.carry.capacity <= 4 * eater->unit + 512 * 1024);
  }
  if (status == SIFT_OK) {
    status = sift_inflow_finish(&inflow, &face);
  }
  sift_inflow_release(&inflow);
  sift_protocol_scratch_release(&scratch);
  return status;
}

static struct sift_span sample(void) {
  static char text[TEXT_BYTES];
  for (size_t i = 0; i < TEXT_BYTES; i++) {
    text[i] = (char)('a' + (i * i / 7 + i / 1000) % 26);
  }
  return sift_span(text, TEXT_BYTES);
}

static void what_is_left_over_comes_again_whatever_its_length(void **state) {
  (void)state;
  static const size_t units[] = {1, 100, 4096, 5000, 200 * 1000, TEXT_BYTES + 1};
  static const size_t steps[] = {1000, 70 * 1000, TEXT_BYTES};
  struct sift_span pressed = press_zstd(sample());
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
      struct eater eater = {.unit = units[i], .text = malloc(TEXT_BYTES)};
      enum sift_reason reason = SIFT_REASONS;
      assert_int_equal(run(&eater, pressed, steps[j], &reason), SIFT_OK);
      assert_int_equal(reason, SIFT_REASONS);
      assert_int_equal(eater.len, TEXT_BYTES);
      assert_memory_equal(eater.text, sample().data, TEXT_BYTES);
      assert_int_equal(eater.last_len, TEXT_BYTES % units[i]);
      free(eater.text);
    }
  }
  press_free(pressed);
}

static void a_broken_stream_has_a_reason_and_a_refusal_has_none(void **state) {
  (void)state;
  struct sift_span pressed = press_join(press_zstd(sift_span_of("text")), press_copy("junk", 4));
  struct eater eater = {.unit = 1, .text = malloc(TEXT_BYTES)};
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(run(&eater, pressed, 1000, &reason), SIFT_ECORRUPT);
  assert_int_equal(reason, SIFT_REASON_TRAILING_BYTES);
  assert_int_equal(eater.len, 4);
  eater = (struct eater){.unit = 1, .text = eater.text, .refuse = SIFT_EIO};
  press_free(pressed);
  pressed = press_zstd(sift_span_of("text"));
  assert_int_equal(run(&eater, pressed, 1000, &reason), SIFT_EIO);
  assert_int_equal(reason, SIFT_REASONS);
  press_free(pressed);
  free(eater.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_left_over_comes_again_whatever_its_length),
      cmocka_unit_test(a_broken_stream_has_a_reason_and_a_refusal_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
