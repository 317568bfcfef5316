#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/pattern.h"

static bool has(const uint64_t set[4], char byte) {
  return (set[(unsigned char)byte / 64] >> (unsigned char)byte % 64 & 1) != 0;
}

static void sets_of_bytes_are_those_of_pcre(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool caseless;
    const char *in, *out;
  } sets[] = {
      {".", false, "a.\r\xff", "\n"},   {"\\d", false, "09", "a "},
      {"\\D", false, "a \n", "09"},     {"\\w", false, "aZ_9", "- \xe9"},
      {"\\s", false, " \t\r\n", "a"},   {"[a-c]", false, "abc", "dB-"},
      {"[^a-c]", false, "dB\n", "abc"}, {"[a-c]", true, "abcABC", "dD"},
      {"[^a]", true, "b", "aA"},        {"[]a]", false, "]a", "["},
      {"[^]a]", false, "[b", "]a"},     {"[a\\]b]", false, "a]b", "\\"},
      {"[\\d.-]", false, "5.-", "a"},   {"[-a]", false, "-a", "b"},
      {"[a-]", false, "-a", "b"},       {"[\\x41-\\x43]", false, "ABC", "D4x"},
      {"\\t", false, "\t", "t"},        {"\\.", false, ".", "a\\"},
      {"A", true, "aA", "b"},           {"[\\w.]", false, "a.", "-"},
      {"[\\t ]", false, "\t ", "t"},    {"[+-.]", false, "+,-.", "/"},
      {"[\\-a]", false, "-a", "\\"},
  };
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    uint64_t set[4];
    assert_true(sift_bytes_of(sift_span_of(sets[i].text), false, sets[i].caseless, set));
    for (const char *in = sets[i].in; *in != '\0'; in++) {
      if (!has(set, *in)) {
        fail_msg("%s has no '%c'", sets[i].text, *in);
      }
    }
    for (const char *out = sets[i].out; *out != '\0'; out++) {
      if (has(set, *out)) {
        fail_msg("%s has '%c'", sets[i].text, *out);
      }
    }
  }
  static const char *const unknown[] = {"[[:alpha:]]", "\\p{L}",    "[\\p{L}]", "[\\d-z]", "[a", "\\h", "[z-a]",
                                        "\\x{41}",     "[\\x{41}]", "[a-\\d]",  "",        "[]", "[^]", "\\0"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    uint64_t set[4];
    if (sift_bytes_of(sift_span_of(unknown[i]), false, false, set)) {
      fail_msg("%s is told", unknown[i]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sets_of_bytes_are_those_of_pcre),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
