#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/utf8.h"

struct sample {
  const char *bytes;
  size_t len;
  bool valid;
};
#define SAMPLE(bytes, valid)                                                                                                       \
  { bytes, sizeof(bytes) - 1, valid }

/* The bounds of the Unicode standard's table 3-7, each from both sides. */
static const struct sample samples[] = {
    SAMPLE("", true),
    SAMPLE("plain ASCII, longer than a word of eight", true),
    SAMPLE("\x00\x7F", true),
    SAMPLE("\xC2\x80\xDF\xBF", true),
    SAMPLE("\xC1\xBF", false),
    SAMPLE("\xC2", false),
    SAMPLE("\xC2\x7F", false),
    SAMPLE("\xC2\xC0", false),
    SAMPLE("\x80", false),
    SAMPLE("\xE0\xA0\x80", true),
    SAMPLE("\xE0\x9F\xBF", false),
    SAMPLE("\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", true),
    SAMPLE("\xED\xA0\x80", false),
    SAMPLE("\xE1\x80", false),
    SAMPLE("\xE1\x80\x7F", false),
    SAMPLE("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", true),
    SAMPLE("\xF0\x8F\xBF\xBF", false),
    SAMPLE("\xF4\x90\x80\x80", false),
    SAMPLE("\xF5\x80\x80\x80", false),
    SAMPLE("\xF1\x80\x80", false),
    SAMPLE("\xF1\x80\x80\x41", false),
    SAMPLE("\xFF", false),
};

static void every_bound_of_the_standard_is_kept(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    assert_int_equal(sift_utf8_valid(sift_span(samples[i].bytes, samples[i].len)), samples[i].valid);
  }
  assert_true(sift_utf8_valid(sift_span(NULL, 0)));
}

static void the_place_in_the_text_makes_no_difference(void **state) {
  (void)state;
  char text[64];
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    for (size_t before = 0; before < 20; before++) {
      for (size_t behind = 0; behind < 12; behind++) {
        if (samples[i].len > 10) {
          continue;
        }
        memset(text, 'x', sizeof text);
        memcpy(text + before, samples[i].bytes, samples[i].len);
        assert_int_equal(sift_utf8_valid(sift_span(text, before + samples[i].len + behind)), samples[i].valid);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_bound_of_the_standard_is_kept),
      cmocka_unit_test(the_place_in_the_text_makes_no_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
