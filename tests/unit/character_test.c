#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/character.h"

static void assert_next(const char *bytes, size_t size, uint32_t code, size_t len) {
  size_t taken = 0;
  uint32_t read = sift_character_next(sift_span(bytes, size), &taken);
  assert_int_equal(read, code);
  assert_int_equal(taken, len);
}

static void characters_of_each_length_are_read(void **state) {
  (void)state;
  assert_next("A\xC3", 2, 'A', 1);
  assert_next("\0", 1, 0, 1);
  assert_next("\xC3\xA9z", 3, 0xE9, 2);
  assert_next("\xE2\x82\xACz", 4, 0x20AC, 3);
  assert_next("\xF0\x9F\x8E\xAC", 4, 0x1F3AC, 4);
  assert_next("\xF4\x8F\xBF\xBF", 4, 0x10FFFF, 4);
  assert_next("\xED\x9F\xBF", 3, 0xD7FF, 3);
}

/* Unicode 15, table 3-8: each maximal subpart is one U+FFFD. */
static void what_is_none_is_taken_by_maximal_subparts(void **state) {
  (void)state;
  assert_next("\x80", 1, SIFT_NO_CHARACTER, 1);
  assert_next("\xC0\xAF", 2, SIFT_NO_CHARACTER, 1);
  assert_next("\xE0\x80\xBF", 3, SIFT_NO_CHARACTER, 1);
  assert_next("\xF0\x81\x82\x41", 4, SIFT_NO_CHARACTER, 1);
  assert_next("\xED\xA0\x80", 3, SIFT_NO_CHARACTER, 1);
  assert_next("\xF4\x91\x92\x93", 4, SIFT_NO_CHARACTER, 1);
  assert_next("\xFF", 1, SIFT_NO_CHARACTER, 1);
  assert_next("\xE1\x80\xE2", 3, SIFT_NO_CHARACTER, 2);
  assert_next("\xF1\x91\x92\x41", 4, SIFT_NO_CHARACTER, 3);
}

static void an_end_within_a_character_is_not_read_past(void **state) {
  (void)state;
  assert_next("\xE2\x82", 2, SIFT_NO_CHARACTER, 2);
  assert_next("\xF0", 1, SIFT_NO_CHARACTER, 1);
  assert_next("\xF0\x9F\x8E", 3, SIFT_NO_CHARACTER, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_of_each_length_are_read),
      cmocka_unit_test(what_is_none_is_taken_by_maximal_subparts),
      cmocka_unit_test(an_end_within_a_character_is_not_read_past),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
