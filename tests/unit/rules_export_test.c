#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"
#include "tools/spacesift/rules.h"

static void expect_export(const struct test_rule *rules, size_t count, const char *expected) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_text text;
  sift_text_init(&text, false);
  assert_int_equal(sift_rules_export(&text, ruleset), SIFT_OK);
  sift_text_append(&text, sift_span("", 1));
  assert_string_equal(text.bytes, expected);
  sift_text_release(&text);
  sift_ruleset_free(ruleset);
}

static void ids_count_from_one_in_order_of_rules(void **state) {
  (void)state;
  static const struct test_rule rules[] = {{.id = "b", .any = {"second"}, .all = {"not exported"}, .none = {"nor this"}},
                                           {.id = "a", .any = {"first", "^more$"}}};
  expect_export(rules, 2, "1:/first/m\n2:/^more$/m\n3:/second/m\n");
}

static void what_pcre_decides_is_marked_as_prefilter(void **state) {
  (void)state;
  static const struct test_rule rules[] = {{.id = "a", .any = {"plain text", "foo(?!bar)", "baz", "(?<=a)bcd", "x(y)\\1z"}}};
  expect_export(rules, 1, "1:/plain text/m\n2:/foo(?!bar)/mP\n3:/baz/m\n4:/(?<=a)bcd/mP\n5:/x(y)\\1z/mP\n");
}

static void slashes_are_escaped_once(void **state) {
  (void)state;
  static const struct test_rule rules[] = {{.id = "a", .any = {"/usr/bin", "a\\/b", "[/x]c", "\\\\/d", "\\Q/e\\E/f"}}};
  expect_export(rules, 1, "1:/\\/usr\\/bin/m\n2:/a\\/b/m\n3:/[\\/x]c/m\n4:/\\\\\\/d/m\n5:/\\Q/e\\E\\/f/m\n");
}

static void probes_answer_for_each_pattern_in_its_place(void **state) {
  (void)state;
  static const struct sift_pattern patterns[] = {
      {"foo(?!bar)", 1, 1}, {"plain", 1, 1}, {"broken(", 1, 1}, {"more", 1, 1}, {"x*", 1, 1}};
  static const enum sift_decider expected[] = {SIFT_BY_PCRE, SIFT_BY_HYPERSCAN, SIFT_BY_NOBODY, SIFT_BY_HYPERSCAN, SIFT_BY_NOBODY};
  struct sift_probe probes[5] = {{0}};
  for (int i = 0; i < 5; i++) {
    probes[i].pattern = &patterns[i];
  }
  assert_int_equal(sift_rules_probe(probes, 5), SIFT_OK);
  for (int i = 0; i < 5; i++) {
    assert_ptr_equal(probes[i].pattern, &patterns[i]);
    assert_int_equal(probes[i].decider, expected[i]);
  }
  assert_int_equal(sift_rules_probe(probes, 0), SIFT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_count_from_one_in_order_of_rules),
      cmocka_unit_test(what_pcre_decides_is_marked_as_prefilter),
      cmocka_unit_test(slashes_are_escaped_once),
      cmocka_unit_test(probes_answer_for_each_pattern_in_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
