#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/shape.h"

static bool read_shape(struct sift_shape *shape, const char *pattern, struct sift_arena *arena) {
  return sift_shape_read(shape, arena, pattern);
}

/* Whether `wide` is said to match all that `narrow` does. */
static bool covers(const char *wide, const char *narrow) {
  struct sift_arena arena;
  struct sift_shape a;
  struct sift_shape b;
  sift_arena_init(&arena);
  bool good = read_shape(&a, wide, &arena) && read_shape(&b, narrow, &arena) && sift_shape_covers(&a, &b);
  sift_arena_release(&arena);
  return good;
}

struct pair {
  const char *wide, *narrow;
};

static void what_is_sure_is_told(void **state) {
  (void)state;
  static const struct pair sure[] = {
      {"foo", "a foo b"},
      {"foo", "^foo$"},
      {"^foo", "^foo bar"},
      {"foo\\.", "a\\Qfoo.\\Eb"},
      {"\\d+", "exit code 125"},
      {"code: \\d{2,4}", "exit code: 125"},
      {"foo.*bar", "foo (?:baz)? and bar"},
      {"foo.*bar", "foobar"},
      {"fo+", "foo"},
      {"oba", "fo+ba+r"},
      {"\\bfoo\\b", "\\bfoo, bar"},
      {"foo\\b", "foo: bar"},
      {"(?i)error", "^Error"},
      {"(?i)error", "(?i)an ERROR"},
      {"[Ee]rror", "Error"},
      {"foo|bar", "a bar"},
      {"(?:foo|bar) b", "bar b|foo b"},
      {"b", "(?:xb|yb)"},
      {"fo?o", "foo"},
      {"(?<x>a|b)c", "(?:b|a)c"},
      {"foo(?! at)", "a foo(?! at) b"},
      {"[[:alpha:]]x", "a[[:alpha:]]xy"},
      {"\\x41b", "Ab"},
      {".", "a"},
      {"[^b]b", "ab"},
  };
  for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++) {
    if (!covers(sure[i].wide, sure[i].narrow)) {
      fail_msg("'%s' is not known to match all that '%s' does", sure[i].wide, sure[i].narrow);
    }
  }
}

static void what_is_not_so_is_not_told(void **state) {
  (void)state;
  static const struct pair wrong[] = {
      {"^foo", "foo"},
      {"foo$", "foo"},
      {"foo", "fo"},
      {"foo", "fo?o"},
      {"foo bar", "foo|foo bar"},
      {"error", "(?i)error"},
      {"(?i)[^a]b", "ab"},
      {"\\bfoo", "foo"},
      {"foo\\b", "foo\\w"},
      {"foo\\b", "foo.?"},
      {"^a{1,2}b", "^a{1,3}b"},
      {"^[ab]{3}$", "^[ab]{2,3}$"},
      {"^(?:a|b)$", "^(?:ab|ba)$"},
      {"foo(?! at)", "foo"},
      {"foo(?! at)", "foo(?! by)"},
      {"[[:alpha:]]", "[[:^alpha:]]"},
      {"(?i)[[:upper:]]", "[[:upper:]]"},
      {"a.b", "a(?:x|yy)b"},
      {"foo.+bar", "foobar"},
      {"a++b", "a+b"},
      {"a", "(?:a)*b"},
      {"a", ""},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (covers(wrong[i].wide, wrong[i].narrow)) {
      fail_msg("'%s' is said to match all that '%s' does", wrong[i].wide, wrong[i].narrow);
    }
  }
}

static void what_is_beyond_the_shapes_is_not_compared(void **state) {
  (void)state;
  static const char *const beyond[] = {
      "(a)\\1",   "(?<x>a)\\k<x>", "(?(1)a|b)", "(?R)",     "a(?i)b",  "(?x)a b",  "(?s).", "(*UCP)a", "(?|a|b)",
      "(?x:a #)", "a{,3}",         "a{ 1 }",    "(a",       "a)",      "a**",      "*a",    "(?=a)*b", "^*a",
      "a{1}{2}",  "a{3,2}",        "\\Aa",      "(?1)(a)b", "\\g{1}a", "[a-z]\\K", "(?",    "\\N{2}"};
  for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
    struct sift_arena arena;
    struct sift_shape shape;
    sift_arena_init(&arena);
    if (read_shape(&shape, beyond[i], &arena)) {
      fail_msg("'%s' has a shape", beyond[i]);
    }
    sift_arena_release(&arena);
  }
  char deep[257];
  memset(deep, '(', 128);
  memset(deep + 128, ')', 128);
  deep[256] = '\0';
  assert_false(covers("a", deep));
}

/* The search gives up in time, however many ways there are. */
static void endless_searches_end(void **state) {
  (void)state;
  char many[2048] = "";
  for (int i = 0; i < 60; i++) {
    strcat(many, "(?:a|b?)?[ab]*.*");
  }
  char other[2060];
  snprintf(other, sizeof other, "%sx$", many);
  assert_false(covers(other, many));
  assert_true(covers("(?:a|b)", "aaaa"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_sure_is_told),
      cmocka_unit_test(what_is_not_so_is_not_told),
      cmocka_unit_test(what_is_beyond_the_shapes_is_not_compared),
      cmocka_unit_test(endless_searches_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
