#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/pattern.h"

/* The kinds of a pattern's tokens as letters, e.g. "L(LL)*". */
static const char *kinds(const char *pattern) {
  static char out[256];
  size_t len = 0;
  size_t bytes = 0;
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    assert_true(token.text.len > 0);
    bytes += token.text.len;
    out[len++] = "Le.[()|*^-"[token.kind];
  }
  assert_int_equal(bytes, strlen(pattern));
  out[len] = '\0';
  return out;
}

static void tokens_cover_the_pattern(void **state) {
  (void)state;
  assert_string_equal(kinds("^ab(?:c|d)*$"), "^LL(L|L)*^");
  assert_string_equal(kinds("a.{2,3}?b{2}c{,3}d{x}"), "L.*L*LLLLLLLLL");
  assert_string_equal(kinds("[]a][^]a][[:alpha:]]]"), "[[[L");
  assert_string_equal(kinds("[[:]a][[:^alpha:]][[:a]b[[=]]"), "[LL[[L[L");
  assert_string_equal(kinds("[a\\]b]c"), "[L");
  assert_string_equal(kinds("\\x41\\x{1F}\\p{Lu}\\k<n>\\g{1}\\12\\d\\."), "eeeeeeeL");
  assert_string_equal(kinds("(?i)(?#com)ment)(*UCP)"), "--LLLL)-");
  assert_string_equal(kinds("(?<n>a)(?P<m>b)(?'o'c)(?<=d)(?<!e)(?=f)(?!g)(?>h)(?i:i)"), "(L)(L)(L)(L)(L)(L)(L)(L)(L)");
  assert_string_equal(kinds("\\Qa.b*\\E.\\Q("), "-LLLL-.-L");
}

static void broken_patterns_end_quietly(void **state) {
  (void)state;
  static const char *const broken[] = {"\\",   "[",   "[^",  "[\\",  "(",    "(?",  "(?<", "(?P",   "(?P<", "(?<n", "(?'",
                                       "(?#x", "(*X", "\\x", "\\x{", "\\k<", "\\Q", "a{1", "a{1,",  "{",    "[[:",  "[[:a",
                                       ")",    "*",   "(?i", "(?-",  "\\c",  "[a-", "\\E", "\\Q\\", "|",    "(?<=", "\\g'"};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    kinds(broken[i]);
    sift_pattern_literal(broken[i]);
    sift_pattern_forbidden(broken[i]);
  }
}

static void forbidden_escapes_are_found_where_they_count(void **state) {
  (void)state;
  static const char *const bad[] = {"\\A",   "x\\Z", "(\\z)",   "[\\G]",     "\\\\\\K",
                                    "a|\\R", "\\X+", "[^]\\C]", "\\Q\\E\\A", "(?:a\\Z)"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(sift_pattern_forbidden(bad[i]).len, 2);
  }
  static const char *const good[] = {"A", "\\\\A", "[\\\\A]", "\\Q\\A\\E", "\\bZ\\b", "\\x{A}", "\\p{Z}", "[\\\\\\\\Z]", "\\cA"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_int_equal(sift_pattern_forbidden(good[i]).len, 0);
  }
}

static void groups_are_found_by_their_whole_name(void **state) {
  (void)state;
  assert_true(sift_pattern_has_group("a(?<port>\\d+)", sift_span_of("port")));
  assert_true(sift_pattern_has_group("a(b(?P<port>\\d+))", sift_span_of("port")));
  assert_false(sift_pattern_has_group("a(?<ports>\\d+)", sift_span_of("port")));
  assert_false(sift_pattern_has_group("a(?<por>\\d+)", sift_span_of("port")));
  assert_false(sift_pattern_has_group("a\\(?<port>\\d+", sift_span_of("port")));
  assert_false(sift_pattern_has_group("a[(?<port>]", sift_span_of("port")));
  assert_false(sift_pattern_has_group("a(?<=port)", sift_span_of("=port")));
  assert_false(sift_pattern_has_group("(?#(?<port>)", sift_span_of("port")));
  assert_true(sift_pattern_has_group("\\\\(?<port>x)", sift_span_of("port")));
}

static void the_longest_literal_that_must_stand_is_told(void **state) {
  (void)state;
  assert_int_equal(sift_pattern_literal("hello"), 5);
  assert_int_equal(sift_pattern_literal("hello.*wor"), 5);
  assert_int_equal(sift_pattern_literal("hello?"), 4);
  assert_int_equal(sift_pattern_literal("hello*x"), 4);
  assert_int_equal(sift_pattern_literal("hello+x"), 5);
  assert_int_equal(sift_pattern_literal("x{0,3}ab"), 2);
  assert_int_equal(sift_pattern_literal("(?:hello|hi)"), 2);
  assert_int_equal(sift_pattern_literal("(?:hello|hi)?abc"), 3);
  assert_int_equal(sift_pattern_literal("hello|"), 0);
  assert_int_equal(sift_pattern_literal("(?=hello)ab"), 2);
  assert_int_equal(sift_pattern_literal("(?<!hello)ab"), 2);
  assert_int_equal(sift_pattern_literal("a\\.b\\sfoo"), 3);
  assert_int_equal(sift_pattern_literal("(?i)error"), 5);
  assert_int_equal(sift_pattern_literal("\\d+[abcdef]+."), 0);
  assert_int_equal(sift_pattern_literal("\\Qa.*b\\E"), 4);
  assert_int_equal(sift_pattern_literal("((ab)(cde|fgh))"), 3);
}

static void deep_groups_are_not_followed(void **state) {
  (void)state;
  char deep[4097];
  memset(deep, '(', 4096);
  deep[4096] = '\0';
  assert_true(sift_pattern_literal(deep) == SIZE_MAX);
}

static void what_hyperscan_cannot_decide_is_known(void **state) {
  (void)state;
  static const char *const beyond[] = {"a(?=b)", "a(?!b)",  "(?<=a)b", "(?<!a)b",       "(?>a)b",
                                       "a++b",   "a{2,}+b", "(a)\\1",  "(?<x>a)\\k<x>", "(?P=x)"};
  for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
    assert_true(sift_pattern_looks_around(beyond[i]));
  }
  static const char *const within[] = {"a(?:b)", "(?<x>a)", "(?P<x>a)", "a+?b", "a\\+", "[+]+", "(?i)a", "\\(?=b", "\\d\\0"};
  for (size_t i = 0; i < sizeof within / sizeof within[0]; i++) {
    assert_false(sift_pattern_looks_around(within[i]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_cover_the_pattern),
      cmocka_unit_test(broken_patterns_end_quietly),
      cmocka_unit_test(forbidden_escapes_are_found_where_they_count),
      cmocka_unit_test(groups_are_found_by_their_whole_name),
      cmocka_unit_test(the_longest_literal_that_must_stand_is_told),
      cmocka_unit_test(deep_groups_are_not_followed),
      cmocka_unit_test(what_hyperscan_cannot_decide_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
