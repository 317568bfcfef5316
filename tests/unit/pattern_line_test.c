/* What is told to keep within a line: written as expected, and in PCRE2 the same of a line, and never with a newline. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/pattern.h"

static void expect(const char *pattern, const char *wanted) {
  struct sift_arena arena;
  const char *out = NULL;
  sift_arena_init(&arena);
  assert_true(sift_pattern_in_line(&out, &arena, pattern));
  if (wanted == NULL) {
    assert_null(out);
  } else {
    assert_non_null(out);
    assert_string_equal(out, wanted);
  }
  sift_arena_release(&arena);
}

static void what_cannot_take_a_newline_stays_as_it_is(void **state) {
  (void)state;
  static const char *const patterns[] = {"abc",
                                         "^a.*b$",
                                         "(?i)error: [a-z]+",
                                         "(a|b)?c{2,3}",
                                         "\\bfoo\\B",
                                         "\\d+\\w\\S",
                                         "(?<port>\\d+)",
                                         "(?P<x>[0-9])",
                                         "\\Qa.b[\\E.c",
                                         "(?-i:A)\\.",
                                         "\\x41[\\x20-\\x7e]\\t",
                                         "[]a]{x}",
                                         "(?i:x)a+?",
                                         "\\h\\[ERROR",
                                         "a\\\\n",
                                         ""};
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    expect(patterns[i], patterns[i]);
  }
}

static void classes_leave_the_newline_out(void **state) {
  (void)state;
  expect("a[^b]c", "a[^\\nb]c");
  expect("[^]x]", "[^\\n\\]x]");
  expect("[^-x]", "[^\\n\\-x]");
  expect("[^[:alpha:]]", "[^\\n[:alpha:]]");
  expect("a[^[:]\\s]", "a[^\\n[:][^\\S\\n]]"); /* no name of a class: ends at the first bracket */
  expect("a[^[=]\\s", "a[^\\n[=][^\\S\\n]");
  expect("a\\s+b", "a[^\\S\\n]+b");
  expect("\\W\\D", "[^\\w\\n][^\\d\\n]");
  expect("[\\s,]", "[\\x09-\\x09\\x0b-\\x0d\\x20-\\x20\\x2c-\\x2c]");
  expect("[\\s\\S]", "[\\x00-\\x09\\x0b-\\xff]");
}

static void what_is_not_told_is_not_claimed(void **state) {
  (void)state;
  static const char *const patterns[] = {
      "a\\nb",  "a\nb",   "\\x0a",   "[\\n]",    "[\\p{L}]", "\\p{L}", "(?s)a.b", "(?s:.)",      "(?x) a b",      "(?m)^a",
      "(?=a)b", "a(?!b)", "(?<=a)b", "(?<!a)b",  "(a)\\1",   "a++",    "(?>a)",   "\\R",         "\\v",           "\\N{U+41}",
      "\\012",  "\\cJ",   "(*ANY)a", "(?|a|b)c", "\\H",      "\\V",    "(?im)a",  "[[:space:]]", "[^\\Q]\\E\\s]", "[^\\E]k]",
  };
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    expect(patterns[i], NULL);
  }
}

static pcre2_code *compile(const char *pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_MULTILINE, &error, &offset, NULL);
  assert_non_null(code);
  return code;
}

static bool matches(const pcre2_code *code, const char *text, size_t len, bool *newline) {
  pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
  bool found = pcre2_match(code, (PCRE2_SPTR)text, len, 0, 0, match, NULL) >= 0;
  if (found) {
    const size_t *bounds = pcre2_get_ovector_pointer(match);
    *newline = memchr(text + bounds[0], '\n', bounds[1] - bounds[0]) != NULL;
  }
  pcre2_match_data_free(match);
  return found;
}

/* Each byte, between letters and alone, in a line and among lines. */
static void it_means_the_same_of_each_line(void **state) {
  (void)state;
  static const char *const patterns[] = {"a\\sb",   "a[^x]b",  "a\\Wb",     "a\\Db",    "a[\\s\\d]b", "(?i)a[\\W_]B",
                                         "a[^]]b",  "a[^-z]b", "^\\s+$",    "a[^\\s]b", "(?i)a[^x]b", "\\ba.b\\b",
                                         "a[\\S]b", "[^a]b$",  "(?i)[^a]B", "a[^^]b",   "a[\\D,]b"};
  struct sift_arena arena;
  sift_arena_init(&arena);
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    const char *out = NULL;
    assert_true(sift_pattern_in_line(&out, &arena, patterns[i]));
    assert_non_null(out);
    pcre2_code *before = compile(patterns[i]);
    pcre2_code *after = compile(out);
    for (unsigned byte = 0; byte < 256; byte++) {
      char line[] = {'a', (char)byte, 'b'};
      char among[] = {'\n', 'a', (char)byte, 'b', '\n', '\n'};
      bool newline = false;
      bool own = byte != '\n' && matches(before, line, sizeof line, &newline);
      if (byte != '\n' && matches(after, line, sizeof line, &newline) != own) {
        fail_msg("%s became %s, which is another of byte %u", patterns[i], out, byte);
      }
      bool found = matches(after, among, sizeof among, &newline);
      if (found && newline) {
        fail_msg("%s became %s, which takes a newline by byte %u", patterns[i], out, byte);
      }
      if (byte != '\n' && found != own) {
        fail_msg("%s became %s, which is another among lines, of byte %u", patterns[i], out, byte);
      }
    }
    pcre2_code_free(before);
    pcre2_code_free(after);
  }
  sift_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_cannot_take_a_newline_stays_as_it_is),
      cmocka_unit_test(classes_leave_the_newline_out),
      cmocka_unit_test(what_is_not_told_is_not_claimed),
      cmocka_unit_test(it_means_the_same_of_each_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
